package dev.kiln.cli.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.embedded.Leash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a process of its own, driven by a small program in {@code src/bench/peers}: commands go
 * to its standard input, {@code load 1000} and {@code run 1000}, one a line; each is answered by a
 * line of {@code @} and a JSON object on its standard output. The first answer is that it is ready.
 * What else it has to say goes to a log.
 */
final class PeerProcess implements JobQueue {

    private static final String MARK = "@ ";
    private static final Duration END_LIMIT = Duration.ofSeconds(15);

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter commands;
    private final Path log;
    private Facts facts = new Facts("", Map.of());

    private PeerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        this.log = log;
    }

    /**
     * Starts it; it is not ready yet.
     *
     * @param name what messages call it
     * @param environment what it gets besides this process's own
     */
    static PeerProcess start(
            String name, List<String> command, Map<String, String> environment, Path log) {
        var builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        try {
            return new PeerProcess(name, Leash.start(builder, "TERM", List.of()), log);
        } catch (IOException e) {
            throw new CliException("%s cannot be started: %s".formatted(name, e.getMessage()), e);
        }
    }

    /** Waits until it is ready. */
    void awaitReady() {
        var answer = answer("ready");
        Map<String, String> settings = new LinkedHashMap<>();
        answer.path("settings")
                .properties()
                .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
        facts = new Facts(answer.path("version").asText("unknown"), settings);
    }

    @Override
    public Facts facts() {
        return facts;
    }

    @Override
    public void load(int jobs) {
        commands.println("load " + jobs);
        answer("loaded");
    }

    @Override
    public long burnDown(int jobs) {
        commands.println("run " + jobs);
        var ran = answer("ran");
        long handled = ran.path("handled").asLong(-1);
        long nanos = ran.path("nanos").asLong(-1);
        if (handled != jobs || nanos <= 0) {
            throw failed("handled %d times %d jobs, in %d ns".formatted(handled, jobs, nanos));
        }
        return nanos;
    }

    private JsonNode answer(String event) {
        String line = line();
        var answer =
                Json.parse(line.substring(MARK.length()).getBytes(StandardCharsets.UTF_8))
                        .orElseThrow(() -> failed("answered what is no JSON object: " + line));
        if (!answer.path("event").asText().equals(event)) {
            throw failed("was to say '%s' and said: %s".formatted(event, line));
        }
        return answer;
    }

    /** The next answer. Lines without the mark are those of a library that prints. */
    private String line() {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(MARK)) {
                    return line;
                }
            }
            boolean ended = process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            throw failed(
                    ended ? "ended with exit code " + process.exitValue() : "closed its output");
        } catch (IOException e) {
            throw failed("cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was waited for, and that was interrupted");
        }
    }

    private CliException failed(String what) {
        return new CliException("%s %s (its log: %s)".formatted(name, what, log));
    }

    /** Asks it to end by ending its input; killed if that is not enough. */
    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
