package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.embedded.SingleMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Has JVMs remember a start; for set-up (deploy/host/lib/cache.sh), once for each build. */
@Command(
        name = "train",
        hidden = true,
        description =
                "Start a Kiln of its own, run one job, stop it, and keep what its server's JVM learned.",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

    private static final Duration WAIT = Duration.ofSeconds(30);

    @Parameters(paramLabel = "FILE", description = "Where the server's JVM writes its cache.")
    private String cache = "";

    @Override
    public Integer call() throws Exception {
        var options = new ArrayList<>(SingleMachine.SPARING);
        options.add("-XX:AOTCacheOutput=" + cache);
        try (var machine = SingleMachine.temporary(System.getenv(), "train", options)) {
            machine.startBacking();
            machine.startServer();
            try (var client = new KilnClient(machine.url())) {
                var hello = Json.object().put("language", "python").put("code", "print('hello')");
                new Waiting(client).forOne(client.submit(hello, WAIT).id());
                client.workers();
            }
        }
        return ExitCode.SUCCEEDED;
    }
}
