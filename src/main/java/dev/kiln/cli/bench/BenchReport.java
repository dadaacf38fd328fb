package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.PolledJob;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a benchmark found, with what must be known to compare it with another one.
 *
 * @param took from the first submission to the last result
 */
record BenchReport(List<Measured> jobs, int concurrency, Duration took) {

    private double jobsPerSecond() {
        return jobs.size() / (took.toNanos() / 1e9);
    }

    private Sample seen() {
        return new Sample(jobs.stream().map(Measured::seen).toList());
    }

    private Sample byServer() {
        return new Sample(
                jobs.stream()
                        .map(Measured::job)
                        .map(PolledJob::submittedToFinished)
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** How many programs did not do what they are there for. */
    long failures() {
        return jobs.stream().filter(measured -> !measured.job().succeeded()).count();
    }

    private String runtime() {
        return jobs.stream()
                .map(measured -> measured.job().json().path("result").path("runtime"))
                .filter(runtime -> runtime.hasNonNull("name"))
                .map(
                        runtime ->
                                runtime.path("name").asText()
                                        + " "
                                        + runtime.path("version").asText(""))
                .findFirst()
                .orElse("unknown");
    }

    /** For people. */
    String inWords() {
        return String.format(
                Locale.ROOT,
                """
                hello: %d jobs, %d at once, in %.1f s: %.2f jobs/s, %d failed
                submit to result, by long poll:        p50 %d ms, p99 %d ms
                submitted_at to finished_at (server):  p50 %d ms, p99 %d ms
                host: %d cpus, Linux %s, runtime %s
                """,
                jobs.size(),
                concurrency,
                took.toMillis() / 1000.0,
                jobsPerSecond(),
                failures(),
                seen().percentile(50).toMillis(),
                seen().percentile(99).toMillis(),
                byServer().percentile(50).toMillis(),
                byServer().percentile(99).toMillis(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                runtime());
    }

    /** For scripts. */
    ObjectNode json() {
        var json = Json.object();
        json.put("bench", "hello").put("jobs", jobs.size()).put("concurrency", concurrency);
        json.put("failed", failures()).put("seconds", took.toMillis() / 1000.0);
        json.put("jobs_per_second", Math.round(jobsPerSecond() * 100) / 100.0);
        put(json.putObject("submit_to_result_ms"), seen());
        put(json.putObject("submitted_to_finished_ms"), byServer());
        var host = json.putObject("host").put("cpus", Runtime.getRuntime().availableProcessors());
        host.put("kernel", System.getProperty("os.version")).put("runtime", runtime());
        return json;
    }

    private static void put(ObjectNode json, Sample sample) {
        json.put("p50", sample.percentile(50).toMillis())
                .put("p99", sample.percentile(99).toMillis());
    }
}
