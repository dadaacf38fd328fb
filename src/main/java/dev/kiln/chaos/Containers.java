package dev.kiln.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The containers of one home directory, as an operator with the docker client handles them. */
final class Containers {
    private final Path home;

    Containers(Path home) {
        this.home = home;
    }

    /** A container and the id of the job that it was made for; none for one that waits for jobs. */
    record Of(String container, String job) {}

    /** Those there are, running or not. */
    List<Of> all() {
        return list("--all");
    }

    /** Those that run. */
    List<Of> running() {
        return list("--no-trunc");
    }

    private List<Of> list(String option) {
        String lines =
                docker(
                        "ps",
                        option,
                        "--filter",
                        "label=dev.kiln.home=" + home,
                        "--format",
                        "{{.ID}} {{.Label \"dev.kiln.job\"}}");
        return lines.lines()
                .map(line -> line.split(" ", 2))
                .map(parts -> new Of(parts[0], parts.length > 1 ? parts[1] : ""))
                .toList();
    }

    /** Does this to one of them: {@code kill}, {@code rm --force}, {@code stop}. */
    void harm(Of victim, List<String> command) {
        var arguments = new ArrayList<>(command);
        arguments.add(victim.container());
        docker(arguments.toArray(String[]::new));
    }

    private static String docker(String... arguments) {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            process.getOutputStream().close();
            try (var out = process.getInputStream()) {
                return new String(out.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run the docker client", e);
        }
    }
}
