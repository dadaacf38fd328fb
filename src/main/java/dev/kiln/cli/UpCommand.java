package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.FreePort;
import dev.kiln.embedded.KilnHome;
import dev.kiln.embedded.SingleMachine;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a Kiln of one machine. */
@Command(
        name = "up",
        description =
                "Run a single-machine Kiln in the foreground until Ctrl-C. Its data is kept in $KILN_DATA, or in a folder of $KILN_HOME. With KAFKA_BOOTSTRAP_SERVERS or QUARKUS_DATASOURCE_JDBC_URL set it uses those servers.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Where it listens for HTTP on 127.0.0.1 (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description =
                    "Where its broker listens on 127.0.0.1 (default: ${DEFAULT-VALUE}; another one when that is taken).")
    private int kafkaPort;

    @Option(
            names = "--json",
            description = "Print one JSON document once it is up: where it and its broker listen.")
    private boolean json;

    @Spec private CommandSpec spec;

    UpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        var env = System.getenv();
        requirePort("--port", port, 1);
        requirePort("--kafka-port", kafkaPort, 0); // 0: any free one
        if (!FreePort.isFree(port)) {
            terminal.err()
                    .printf(
                            "kiln: port %d is taken: stop its owner, or choose another one with --port%n",
                            port);
            return ExitCode.REFUSED;
        }
        var data = DataDirectory.kept(KilnHome.of(env).data(env));
        int brokerPort = FreePort.isFree(kafkaPort) ? kafkaPort : 0;
        var steps = new Steps(terminal);
        try (var machine =
                new SingleMachine(
                        new SingleMachine.Settings(
                                data, port, brokerPort, null, SingleMachine.SPARING),
                        env)) {
            steps.run("start Kafka and PostgreSQL", machine::startBacking);
            steps.run("start Kiln", machine::startServer);
            terminal.err()
                    .printf(
                            "Kiln is at %s, its broker at %s, its data in %s. Ctrl-C stops it.%n",
                            machine.url(), machine.bootstrapServers(), data.root());
            if (json) {
                terminal.out()
                        .println(
                                Json.line(
                                        Json.object()
                                                .put("url", machine.url().toString())
                                                .put("kafka", machine.bootstrapServers())
                                                .put("data", data.root().toString())));
            }
            return machine.awaitEnd();
        }
    }

    private void requirePort(String option, int value, int least) {
        if (value < least || value > 65_535) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '%s': a port is %d to 65535, not %d"
                            .formatted(option, least, value));
        }
    }
}
