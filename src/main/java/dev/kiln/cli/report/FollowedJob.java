package dev.kiln.cli.report;

import dev.kiln.cli.client.Following;
import dev.kiln.cli.client.JobEvent;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.terminal.Terminal;

/**
 * A job, told to a person while it runs: what its program writes where the program writes it, as it
 * comes, and what became of it on standard error. A terminal gets the output with its control
 * characters made visible; a pipe or a file gets every byte.
 */
public final class FollowedJob {

    private final Terminal terminal;
    private final boolean asJson;

    /** Told there; as a line of JSON for each event when {@code asJson}. */
    public FollowedJob(Terminal terminal, boolean asJson) {
        this.terminal = terminal;
        this.asJson = asJson;
    }

    /** Follows it to its end; gives the exit code. */
    public int print(KilnClient client, String id) throws InterruptedException {
        PolledJob job = new Following(client, id, asJson ? this::printJson : this::print).toEnd();
        return new JobReport(job).printEnd(terminal, asJson);
    }

    private void printJson(JobEvent event) {
        terminal.out().println(Json.line(event.json()));
    }

    private void print(JobEvent event) {
        switch (event.name()) {
            case "stdout" -> terminal.programOut(event.bytes());
            case "stderr" -> terminal.programErr(event.bytes());
            case "attempt" ->
                    terminal.err()
                            .printf(
                                    "(attempt %d: the output begins anew)%n",
                                    event.data().path("attempt").asInt());
            // The end is told apart, and what comes before it is not worth a line.
            default -> {}
        }
    }
}
