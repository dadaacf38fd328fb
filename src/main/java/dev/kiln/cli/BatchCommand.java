package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.BatchSender;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.KilnBatches;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.report.BatchProgress;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Progress;
import dev.kiln.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits many programs. */
@Command(
        name = "batch",
        description =
                "Submit submissions, one JSON document a line and as many as there are, and print their jobs' ids.",
        mixinStandardHelpOptions = true)
final class BatchCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final String STANDARD_INPUT = "-";

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(
            paramLabel = "FILE.jsonl",
            description = "The submissions; - reads them from standard input.")
    private String file;

    @Option(
            names = "--wait",
            description =
                    "Wait for their ends and print a table, or of many a summary; the exit code is 0 if all succeeded, else 1.")
    private boolean wait;

    @Option(names = "--json", description = "Print the server's documents, one a line.")
    private boolean json;

    @Option(
            names = "--batch",
            paramLabel = "NAME",
            description = "Their batch, which stays open; without it they are one of their own.")
    private @Nullable String batch;

    @Option(names = "--close", description = "The batch is whole with them: no more jobs join it.")
    private boolean close;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description =
                    "A name for these lines: sent again with it, those that were submitted are not doubled.")
    private @Nullable String key;

    BatchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        String name = key == null ? UUID.randomUUID().toString() : key;
        try (var client = server.connect();
                var lines = open()) {
            var sender = new BatchSender(new KilnBatches(client), name, batch);
            var submitted = new SubmittedBatch(terminal, json, wait);
            try (var interrupt = new HowToGoOn(terminal, sender, this::again, name)) {
                send(sender, lines, submitted, name);
                interrupt.allSent(submitted.batches());
                if (close || batch == null) {
                    submitted.close(new KilnBatches(client));
                }
                boolean succeeded = !wait || awaitEnds(client, submitted);
                if (submitted.refused() > 0) {
                    return ExitCode.REFUSED;
                }
                return succeeded ? ExitCode.SUCCEEDED : ExitCode.FAILED;
            }
        } catch (IOException e) {
            throw new CliException("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private InputStream open() throws IOException {
        try {
            return STANDARD_INPUT.equals(file) ? System.in : Files.newInputStream(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new CliException("there is no file %s".formatted(file), e);
        }
    }

    private void send(BatchSender sender, InputStream lines, SubmittedBatch submitted, String name)
            throws InterruptedException {
        try (var progress = new Progress(terminal)) {
            sender.send(lines, submitted, trouble -> progress.show(trouble + "; trying again"));
            if (sender.sent() == 0) {
                throw new CliException("%s has no line, and so no submission".formatted(file));
            }
        } catch (CliException e) {
            throw new CliException(
                    sender.sent() == 0
                            ? String.valueOf(e.getMessage())
                            : "%s%nup to line %d all is submitted; go on with: %s"
                                    .formatted(e.getMessage(), sender.sent(), again(name)),
                    e);
        }
    }

    /** The command that sends the same lines again. */
    private String again(String name) {
        var words =
                new ArrayList<>(List.of("./kiln batch", file, "--idempotency-key '" + name + "'"));
        if (batch != null) {
            words.add("--batch " + batch);
        }
        if (close) {
            words.add("--close");
        }
        if (wait) {
            words.add("--wait");
        }
        return String.join(" ", words);
    }

    private boolean awaitEnds(KilnClient client, SubmittedBatch submitted)
            throws InterruptedException {
        BatchProgress now;
        try (var progress = new Progress(terminal)) {
            long start = System.nanoTime();
            long before = -1;
            while (true) {
                var batches = new ArrayList<JsonNode>();
                for (var each : submitted.batches()) {
                    batches.add(new KilnBatches(client).find(each.name(), each.tenant()));
                }
                now = BatchProgress.of(batches);
                before = before < 0 ? now.ended() : before;
                var watched = Duration.ofNanos(System.nanoTime() - start);
                progress.show(terminal.errIsTerminal() ? now.bar(before, watched) : now.plain());
                if (now.over()) {
                    break;
                }
                Thread.sleep(LOOK);
            }
        }
        submitted.printEnds(client, now);
        return now.succeeded() == now.jobs();
    }
}
