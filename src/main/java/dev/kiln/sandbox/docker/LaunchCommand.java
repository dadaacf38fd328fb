package dev.kiln.sandbox.docker;

import dev.kiln.job.InputFile;
import dev.kiln.job.Program;
import dev.kiln.sandbox.RuntimesConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a runtime's programs are started.
 *
 * @param file the name that the code gets
 * @param command absolute executable first; {@code {file}} stands for the code's absolute path,
 *     {@code {build}} for the directory that the compiler writes to
 * @param compile the compiler, likewise; null for languages without one
 * @param ahead what starts the interpreter before there is a program; null where that cannot be
 */
record LaunchCommand(
        String file,
        List<String> command,
        @Nullable Compile compile,
        @Nullable List<String> ahead) {
    /**
     * A compile step.
     *
     * @param command absolute executable first, with the same placeholders
     * @param timeout the longest that it may take; greater than zero
     */
    record Compile(List<String> command, Duration timeout) {
        Compile {
            requireExecutable("compile", command, "/");
            if (!timeout.isPositive()) {
                throw new IllegalArgumentException(
                        "a runtime's compile-timeout must be > 0: " + timeout);
            }
            command = List.copyOf(command);
        }
    }

    private static final String PLACEHOLDER = "{file}";
    private static final String BUILD = "{build}";
    private static final Set<String> RESERVED = Set.of("stdin", "files", ".", "..");

    LaunchCommand {
        if (file.isEmpty() || file.indexOf('/') >= 0 || RESERVED.contains(file)) {
            throw new IllegalArgumentException(
                    "a runtime's file must be a plain name other than stdin and files: " + file);
        }
        if (compile == null && command.stream().anyMatch(part -> part.contains(BUILD))) {
            throw new IllegalArgumentException(
                    "a runtime's command can only name {build} beside a compile step: " + command);
        }
        requireExecutable("command", command, "/", BUILD + "/");
        command = List.copyOf(command);
        if (ahead != null) {
            requireExecutable("ahead", ahead, "/");
            if (compile != null) {
                throw new IllegalArgumentException(
                        "a runtime's ahead cannot stand beside a compile step: " + ahead);
            }
            ahead = List.copyOf(ahead);
        }
    }

    /** Of a language whose interpreter is not started ahead. */
    LaunchCommand(String file, List<String> command, @Nullable Compile compile) {
        this(file, command, compile, null);
    }

    private static void requireExecutable(String name, List<String> command, String... starts) {
        if (command.isEmpty() || Stream.of(starts).noneMatch(command.getFirst()::startsWith)) {
            throw new IllegalArgumentException(
                    "a runtime's %s must begin with an absolute path: %s".formatted(name, command));
        }
    }

    /**
     * As configured.
     *
     * @throws IllegalArgumentException when that cannot work
     */
    static LaunchCommand of(RuntimesConfig.Runtime runtime) {
        return new LaunchCommand(
                runtime.file(),
                runtime.command(),
                runtime.compile()
                        .map(command -> new Compile(command, runtime.compileTimeout()))
                        .orElse(null),
                runtime.ahead().orElse(null));
    }

    /**
     * The same for an image that is not the language's own: executables are looked for by their
     * names where that image keeps its programs.
     */
    LaunchCommand byName() {
        return new LaunchCommand(
                file,
                byName(command),
                compile == null ? null : new Compile(byName(compile.command()), compile.timeout()),
                ahead == null ? null : byName(ahead));
    }

    /** What a compiler built stays where it is. */
    private static List<String> byName(List<String> command) {
        String executable = command.getFirst();
        if (!executable.startsWith("/")) {
            return command;
        }
        var found = new ArrayList<>(command);
        found.set(0, executable.substring(executable.lastIndexOf('/') + 1));
        found.addFirst("/usr/bin/env");
        return found;
    }

    /** What the runner is told for this program in this container. */
    RunnerSpec spec(Program program, ContainerSpec container) {
        boolean taken = InputDir.taken(file, program.files());
        // Beside its files, as if all had been saved in one directory; unless a file has that name
        // already.
        String source = (taken ? InputDir.INSIDE : Cell.WORK) + "/" + file;
        var argv = filled(command, source);
        argv.addAll(program.args());
        var links = new LinkedHashSet<String>();
        program.files().stream().map(InputFile::top).forEach(links::add);
        if (!taken) {
            links.add(file);
        }
        return new RunnerSpec(
                container.limits().outputBytes(),
                container.rlimits(),
                argv,
                environment(container, program.env()),
                List.copyOf(links),
                compile == null
                        ? null
                        : new RunnerSpec.Compile(
                                filled(compile.command(), source),
                                environment(container, Map.of())),
                program.artifacts(),
                handover(program, source));
    }

    /**
     * What is said to an interpreter that was started ahead: nothing when it would have to have
     * known the program's environment at its start.
     */
    private List<String> handover(Program program, String source) {
        if (ahead == null || !program.env().isEmpty()) {
            return List.of();
        }
        var told = new ArrayList<String>();
        told.add(source);
        told.addAll(program.args());
        return told;
    }

    /** What the runner is told before there is a program; empty where there is nothing to start. */
    Optional<RunnerSpec.Preparation> preparation(ContainerSpec container) {
        return Optional.ofNullable(ahead)
                .map(
                        argv ->
                                new RunnerSpec.Preparation(
                                        container.rlimits(),
                                        argv,
                                        environment(container, Map.of())));
    }

    private static List<String> filled(List<String> command, String source) {
        var argv = new ArrayList<String>();
        command.forEach(
                part -> argv.add(part.replace(PLACEHOLDER, source).replace(BUILD, Cell.BUILD)));
        return argv;
    }

    private static Map<String, String> environment(
            ContainerSpec container, Map<String, String> ofJob) {
        var env = new LinkedHashMap<>(container.image().env());
        env.putIfAbsent("PATH", "/usr/local/bin:/usr/bin:/bin");
        env.putIfAbsent("LANG", "C.UTF-8");
        env.put("HOME", Cell.WORK);
        env.putAll(ofJob);
        return env;
    }
}
