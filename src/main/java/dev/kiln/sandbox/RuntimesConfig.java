package dev.kiln.sandbox;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Map;

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
    }
}
