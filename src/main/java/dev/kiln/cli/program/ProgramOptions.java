package dev.kiln.cli.program;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Content;
import dev.kiln.cli.client.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A program and how it is to be run, as a command line says it. */
public final class ProgramOptions {

    private static final String STANDARD_INPUT = "-";

    @Parameters(paramLabel = "FILE", description = "The program; - reads it from standard input.")
    private String file;

    @Option(names = "--language", description = "Its language; guessed from the file's extension.")
    private @Nullable String language;

    @Option(
            names = "--stdin",
            paramLabel = "FILE",
            description = "What it reads; - passes standard input on.")
    private @Nullable String stdin;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Its limit of wall-clock time.")
    private @Nullable Double timeout;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Its limit of memory, such as 256m.")
    private @Nullable String memory;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            description = "Its share of processors, such as 0.5.")
    private @Nullable Double cpus;

    @Option(names = "--pids", paramLabel = "N", description = "Its limit of processes and threads.")
    private @Nullable Integer pids;

    @Option(
            names = "--image",
            paramLabel = "NAME",
            description = "The image to run in, one that the site allows.")
    private @Nullable String image;

    @Option(names = "--network", description = "Let it reach the internet.")
    private boolean network;

    @Option(names = "--arg", paramLabel = "TEXT", description = "An argument; repeat it for more.")
    private List<String> args = new ArrayList<>();

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            description = "A variable; repeat it for more.")
    private Map<String, String> env = new LinkedHashMap<>();

    @Option(
            names = "--file",
            paramLabel = "PATH[=LOCAL]",
            description = "A file for it, read from LOCAL; repeat it for more.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--context",
            paramLabel = "FILE",
            description = "What it finds as the read-only file /mnt/context.")
    private @Nullable String context;

    @Option(
            names = "--artifact",
            paramLabel = "PATH",
            description =
                    "A file that it leaves behind and that is kept; may have * and **; repeat it for more.")
    private List<String> artifacts = new ArrayList<>();

    /** Makes the field {@code context} of its bytes. */
    @FunctionalInterface
    public interface ContextField {
        ObjectNode of(byte[] content) throws InterruptedException;
    }

    /** The submission that this makes, with the context in it. */
    public ObjectNode submission(InputStream standardInput) throws InterruptedException {
        return submission(standardInput, Content::context);
    }

    /** The submission that this makes; reads the files that the command line names. */
    public ObjectNode submission(InputStream standardInput, ContextField contexts)
            throws InterruptedException {
        if (STANDARD_INPUT.equals(file) && STANDARD_INPUT.equals(stdin)) {
            throw new CliException(
                    "standard input can be the program or what it reads, not both: name a file for one");
        }
        var json = Json.object().put("language", language());
        json.set("code", Content.of(read(file, standardInput)));
        if (stdin != null) {
            json.set("stdin", Content.of(read(stdin, standardInput)));
        }
        args.forEach(json.withArray("args")::add);
        env.forEach(json.withObject("env")::put);
        files.forEach(each -> json.withArray("files").add(file(each, standardInput)));
        if (context != null) {
            json.set("context", contexts.of(read(context, standardInput)));
        }
        artifacts.forEach(json.withArray("artifacts")::add);
        json.set("sandbox", sandbox());
        return withoutEmptyMembers(json);
    }

    private ObjectNode sandbox() {
        var sandbox = Json.object();
        if (timeout != null) {
            sandbox.put("timeout", timeout);
        }
        put(sandbox, "memory_limit", memory);
        if (cpus != null) {
            sandbox.put("cpu_limit", cpus);
        }
        if (pids != null) {
            sandbox.put("pids_limit", pids);
        }
        put(sandbox, "image", image);
        if (network) {
            sandbox.put("network_enabled", true);
        }
        return sandbox;
    }

    private static void put(ObjectNode json, String field, @Nullable String value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static ObjectNode withoutEmptyMembers(ObjectNode json) {
        json.properties()
                .removeIf(
                        member ->
                                member.getValue().isContainerNode() && member.getValue().isEmpty());
        return json;
    }

    private String language() {
        if (language != null) {
            return language;
        }
        return Languages.configured().ofFile(STANDARD_INPUT.equals(file) ? null : file);
    }

    private static ObjectNode file(String option, InputStream standardInput) {
        int equals = option.indexOf('=');
        String path = equals < 0 ? option : option.substring(0, equals);
        String local = equals < 0 ? option : option.substring(equals + 1);
        return Content.file(path, read(local, standardInput));
    }

    /** The content of a file, or of standard input. */
    public static byte[] read(String name, InputStream standardInput) {
        try {
            return STANDARD_INPUT.equals(name)
                    ? standardInput.readAllBytes()
                    : Files.readAllBytes(Path.of(name));
        } catch (NoSuchFileException e) {
            throw new CliException("there is no file %s".formatted(name), e);
        } catch (IOException e) {
            throw new CliException("cannot read %s: %s".formatted(name, e.getMessage()), e);
        }
    }
}
