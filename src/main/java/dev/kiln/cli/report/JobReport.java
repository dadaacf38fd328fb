package dev.kiln.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Problems;
import dev.kiln.cli.terminal.SafeText;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Terminal;
import java.time.Duration;
import java.util.Optional;

/**
 * One job, told to a person: what became of it on standard error, and what the program wrote where
 * the program wrote it, so that a pipe gets the program's output and nothing else.
 */
public record JobReport(PolledJob job) {

    /** Tells it, as the server's own document when {@code asJson}; gives the exit code. */
    public int print(Terminal terminal, boolean asJson) {
        if (asJson) {
            terminal.out().println(Json.line(job.json()));
        } else {
            printForPeople(terminal);
        }
        return job.succeeded() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    /**
     * As {@link #print}, of a job whose output was printed while it ran; nothing is left to print
     * of it when {@code asJson}.
     */
    public int printEnd(Terminal terminal, boolean asJson) {
        if (!asJson) {
            printHead(terminal);
            printNotes(terminal);
        }
        return job.succeeded() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    private void printForPeople(Terminal terminal) {
        printHead(terminal);
        terminal.programOut(job.stdout());
        terminal.programErr(job.stderr());
        printNotes(terminal);
    }

    private void printHead(Terminal terminal) {
        terminal.err().println(SafeText.inline(headline()));
        Problems.fields(job.json().path("errors"))
                .forEach(line -> terminal.err().println(SafeText.inline(line)));
        terminal.programErr(job.compilerOutput());
    }

    private void printNotes(Terminal terminal) {
        var result = job.json().path("result");
        note(terminal, result.path("compile"), "output", "the compiler");
        note(terminal, result, "stdout", "the program");
        note(terminal, result, "stderr", "the program");
    }

    private String headline() {
        var line = new StringBuilder(job.id()).append("  ").append(job.state());
        if (!job.why().isEmpty()) {
            line.append(": ").append(job.why());
        }
        job.exitCode().ifPresent(code -> line.append(", exit code ").append(code));
        limit().ifPresent(line::append);
        job.ran().ifPresent(span -> line.append(", ").append(Spans.of(span)));
        return line.toString();
    }

    /** Which limit ended it, where the evidence names one. */
    private Optional<String> limit() {
        return job.result()
                .map(result -> result.path("evidence"))
                .filter(
                        evidence ->
                                evidence.hasNonNull("limit") && evidence.hasNonNull("limit_value"))
                .map(JobReport::limit);
    }

    private static String limit(JsonNode evidence) {
        long value = evidence.path("limit_value").asLong();
        return switch (evidence.path("limit").asText()) {
            case "timeout", "compile_timeout" ->
                    " (limit: %s)".formatted(Spans.of(Duration.ofMillis(value)));
            case "memory_limit" -> " (limit: %d MiB)".formatted(value >> 20);
            case "pids_limit" -> " (limit: %d processes)".formatted(value);
            default -> " (limit: %d)".formatted(value);
        };
    }

    private static void note(Terminal terminal, JsonNode result, String stream, String who) {
        if (result.path(stream + "_truncated").asBoolean()) {
            terminal.err()
                    .printf(
                            "(%s was cut: %s wrote %d bytes)%n",
                            stream, who, result.path(stream + "_bytes").asLong());
        }
    }
}
