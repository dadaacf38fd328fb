package dev.kiln.sandbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The languages a program may be written in; adding one is an image and a few lines of
 * configuration.
 */
@ConfigMapping(prefix = "kiln")
public interface RuntimesConfig {
    /** By language name, as submissions give it. */
    Map<String, Runtime> runtimes();

    /** How one language is run. */
    interface Runtime {
        /** The image's name or digest; must be present on the worker's engine. */
        String image();

        /**
         * The name the source gets beside the job's files in its work directory; a plain name other
         * than {@code stdin} and {@code files}.
         */
        String file();

        /**
         * The command, absolute executable first; {@code {file}} stands for the source's absolute
         * path. The job's arguments follow.
         */
        List<String> command();

        /**
         * The compile step, where the language has one: a command like the other, run in the work
         * directory before the program, without the job's input, arguments and environment. {@code
         * {build}}, here and in the other command, stands for a directory that it can write and
         * execute from; what lies there counts towards the disk limit. A status other than 0 means
         * that there is no program.
         */
        Optional<List<String>> compile();

        /**
         * The longest that the compile step may take, besides the program's own time. Its other
         * limits are those of the job.
         */
        @WithDefault("30s")
        Duration compileTimeout();

        /**
         * Where the language's interpreter can be started before there is a program: the command
         * that does so, for sandboxes that wait for jobs ({@code kiln.pool}). It writes one byte to
         * its descriptor 3 when it has started, then reads strings from there that end with NUL
         * each, until the end: the program's path and its arguments; that program it runs, as
         * {@link #command()} would. Not beside a compile step.
         */
        Optional<List<String>> ahead();

        /**
         * A program in this language that a worker runs once before the language's first job. It
         * brings what it loads into the host's memory; the language is not offered where it does
         * not succeed.
         */
        Optional<String> warmUp();
    }
}
