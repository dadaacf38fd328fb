package dev.kiln.cli.bench;

import dev.kiln.cli.access.KeyOption;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.KilnClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every benchmark. */
final class BenchOptions {

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "A running Kiln of this host; without it one is started.")
    private @Nullable String server;

    @Mixin private KeyOption key;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "The broker of that Kiln, for what goes by its topics.")
    private @Nullable String kafka;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "How many jobs come first that are not measured (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    /**
     * Looks at them before anything is started.
     *
     * @throws CliException when they make no sense
     */
    void check() {
        require("--warm-up", warmUp, 0, 10_000);
        if (server != null) {
            key.connect(server).close();
        } else if (kafka != null) {
            throw new CliException(
                    "--kafka names the broker of a running Kiln: name its server too, with --server");
        }
    }

    /** Refuses a number that is not from one to the other, both included. */
    static void require(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CliException("%s is %d to %d, not %d".formatted(option, least, most, value));
        }
    }

    int warmUp() {
        return warmUp;
    }

    @Nullable String server() {
        return server;
    }

    /** A client of the server that was named. */
    KilnClient connect(String named) {
        return key.connect(named);
    }

    @Nullable String kafka() {
        return kafka;
    }

    boolean json() {
        return json;
    }
}
