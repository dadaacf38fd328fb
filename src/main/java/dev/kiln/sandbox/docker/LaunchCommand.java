package dev.kiln.sandbox.docker;

import dev.kiln.job.InputFile;
import dev.kiln.job.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a runtime's programs are started.
 *
 * @param file the name that the code gets
 * @param command absolute executable first; {@code {file}} stands for the code's absolute path
 */
record LaunchCommand(String file, List<String> command) {
    private static final String PLACEHOLDER = "{file}";
    private static final Set<String> RESERVED = Set.of("stdin", "files", ".", "..");

    LaunchCommand {
        if (file.isEmpty() || file.indexOf('/') >= 0 || RESERVED.contains(file)) {
            throw new IllegalArgumentException(
                    "a runtime's file must be a plain name other than stdin and files: " + file);
        }
        if (command.isEmpty() || !command.getFirst().startsWith("/")) {
            throw new IllegalArgumentException(
                    "a runtime's command must begin with an absolute path: " + command);
        }
        command = List.copyOf(command);
    }

    /** What the runner is told for this program in this container. */
    RunnerSpec spec(Program program, ContainerSpec container) {
        boolean taken = InputDir.taken(file, program.files());
        // Beside its files, as if all had been saved in one directory; unless a file has that name
        // already.
        String source = (taken ? InputDir.INSIDE : Cell.WORK) + "/" + file;
        var argv = new ArrayList<String>();
        command.forEach(part -> argv.add(part.replace(PLACEHOLDER, source)));
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
                environment(program, container),
                List.copyOf(links),
                program.artifacts());
    }

    private static Map<String, String> environment(Program program, ContainerSpec container) {
        var env = new LinkedHashMap<>(container.image().env());
        env.putIfAbsent("PATH", "/usr/local/bin:/usr/bin:/bin");
        env.putIfAbsent("LANG", "C.UTF-8");
        env.put("HOME", Cell.WORK);
        env.putAll(program.env());
        return env;
    }
}
