package dev.kiln.cli;

import dev.kiln.cli.client.ArtifactFolder;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.report.FollowedJob;
import dev.kiln.cli.report.JobReport;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what became of a job. */
@Command(
        name = "result",
        description =
                "Print a job's state and result; the exit code is 0 if its program succeeded, else 1.",
        mixinStandardHelpOptions = true)
final class ResultCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "ID", description = "The job's id.")
    private String id;

    @Option(names = "--wait", description = "Wait for its end first.")
    private boolean wait;

    @Option(
            names = "--follow",
            description =
                    "Print what it writes while it runs, from the beginning, then how it ended. A terminal gets control characters made visible, a pipe every byte.")
    private boolean follow;

    @Option(
            names = "--json",
            description = "Print the server's document; with --follow its events, one a line.")
    private boolean json;

    @Option(
            names = "--artifacts",
            paramLabel = "DIR",
            description = "Write the files that it left behind there; overwrites nothing.")
    private @Nullable String artifacts;

    ResultCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            if (follow) {
                int code = new FollowedJob(terminal, json).print(client, id);
                if (artifacts != null) {
                    fetch(client, found(client), artifacts);
                }
                return code;
            }
            var job = wait ? new Waiting(client).forOne(id) : found(client);
            if (artifacts != null) {
                fetch(client, job, artifacts);
            }
            return new JobReport(json ? job : client.withOutput(job)).print(terminal, json);
        }
    }

    private PolledJob found(KilnClient client) throws InterruptedException {
        return client.job(id).orElseThrow(() -> Waiting.unknown(id));
    }

    private static void fetch(KilnClient client, PolledJob job, String name)
            throws InterruptedException {
        var folder = ArtifactFolder.open(name);
        for (var artifact : job.json().path("result").path("artifacts")) {
            String path = artifact.path("path").asText();
            folder.write(path, client.artifact(job.id(), path));
        }
    }
}
