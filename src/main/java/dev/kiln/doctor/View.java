package dev.kiln.doctor;

import dev.kiln.job.ExecutionResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Judges all that a program sees around it against what it may see. */
record View(HostFacts host) implements Check {
    /** Devices without which programs do not work, and that hold nothing. */
    private static final Set<String> DEVICES =
            Set.of(
                    "fd", "full", "fuse", "net", "null", "ptmx", "pts", "random", "shm", "stderr",
                    "stdin", "stdout", "tty", "urandom", "zero", "core", "console", "mqueue");

    /** What a line must be exactly. */
    private static final Map<String, String> LINES =
            Map.of(
                    "hostname", HostFacts.OWN_NAME,
                    "pids", "[1]",
                    "job", "attempts.py files main.py stdin",
                    "kiln", "guard.py kiln-runner python",
                    "env", "HOME LANG PATH");

    /** Words that would lead to a secret or to the host. */
    private static final List<String> TELLING =
            List.of("secret", "password", "token", "kafka", "postgres", "docker", "kiln_");

    @Override
    public Outcome judge(ExecutionResult result) {
        String seen = result.stdout().text();
        if (!Checks.exits(0).judge(result).good() || !seen.contains("\nFILE /proc/1/cmdline ")) {
            return new Outcome.NotTried("it did not look everywhere", Results.summary(result));
        }
        var leaks = new ArrayList<String>();
        LINES.forEach(
                (name, value) -> {
                    if (!value.equals(line(seen, name))) {
                        leaks.add(name + " is " + line(seen, name));
                    }
                });
        devices(seen, leaks);
        if (line(seen, "kernel").equals(host.kernel())) {
            leaks.add("it runs on the host's kernel");
        }
        host.secrets()
                .forEach(
                        (name, value) -> {
                            if (seen.contains(value)) {
                                leaks.add(name + " (" + value + ") " + where(seen, value));
                            }
                        });
        TELLING.stream()
                .filter(word -> seen.toLowerCase(Locale.ROOT).contains(word))
                .map(word -> "\"" + word + "\" " + where(seen, word))
                .forEach(leaks::add);
        return leaks.isEmpty()
                ? new Outcome.Held(
                        "nothing of the host",
                        "%d files read, %d secrets looked for"
                                .formatted(
                                        seen.lines().filter(l -> l.startsWith("FILE ")).count(),
                                        host.secrets().size() + TELLING.size()))
                : new Outcome.Violated("it sees too much", String.join("; ", leaks));
    }

    private static void devices(String seen, List<String> leaks) {
        var more =
                Arrays.stream(line(seen, "devices").split(" ", -1))
                        .collect(Collectors.toCollection(TreeSet::new));
        more.removeAll(DEVICES);
        if (!more.isEmpty()) {
            leaks.add("devices " + more);
        }
    }

    private static String line(String seen, String name) {
        return seen.lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .map(line -> line.substring(name.length() + 1))
                .orElse("");
    }

    private static String where(String seen, String value) {
        return seen.lines()
                .filter(
                        line ->
                                line.toLowerCase(Locale.ROOT)
                                        .contains(value.toLowerCase(Locale.ROOT)))
                .map(line -> "in " + line.replaceFirst("^(FILE [^ ]+|[^ ]+).*", "$1"))
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
