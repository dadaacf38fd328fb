package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.CliException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A system that can be measured. */
enum Contender {
    /** This one. */
    KILN("kiln", Platform.KILN),
    /** A scheduler for Java. */
    DB_SCHEDULER("db-scheduler", Platform.JAVA),
    /** Background jobs for Java. */
    JOBRUNR("jobrunr", Platform.JAVA),
    /** A job queue for Node.js. */
    GRAPHILE_WORKER("graphile-worker", Platform.NODE),
    /** A job queue for Node.js. */
    PG_BOSS("pg-boss", Platform.NODE);

    /** What it is installed by. */
    enum Platform {
        KILN("Kiln"),
        JAVA("Java"),
        NODE("Node.js");

        private final String label;

        Platform(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final String label;
    private final Platform platform;

    Contender(String label, Platform platform) {
        this.label = label;
        this.platform = platform;
    }

    /** As it is called everywhere. */
    String label() {
        return label;
    }

    Platform platform() {
        return platform;
    }

    /** The name of its database. */
    String database() {
        return "bench_" + label.replace('-', '_');
    }

    /**
     * Reads what {@code --only} says.
     *
     * @param names all of them when empty
     * @throws CliException for a name that is none
     */
    static Set<Contender> parse(List<String> names) {
        if (names.isEmpty()) {
            return EnumSet.allOf(Contender.class);
        }
        return names.stream()
                .map(Contender::parse)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Contender.class)));
    }

    private static Contender parse(String name) {
        return Arrays.stream(values())
                .filter(each -> each.label.equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CliException(
                                        "--only knows no '%s': name some of %s"
                                                .formatted(
                                                        name,
                                                        Arrays.stream(values())
                                                                .map(Contender::label)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }
}
