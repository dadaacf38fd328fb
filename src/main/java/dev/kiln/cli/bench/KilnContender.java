package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;

/**
 * Kiln with its queue full: all jobs come as one batch over HTTP. The ends are waited for one after
 * the other in the order of submission, so that watching costs little.
 */
record KilnContender(KilnClient client) implements Contender {

    @Override
    public String name() {
        return "kiln";
    }

    @Override
    public void run(Window<?> window) throws InterruptedException {
        byte[] line = Json.bytes(HelloJob.submission());
        var jobs = submit(line, window.load());
        var door = new HttpDoor(client);
        for (JsonNode job : jobs) {
            window.ended(HelloJob.good(door.await(job.path("id").asText())));
        }
    }

    private JsonNode submit(byte[] line, int count) throws InterruptedException {
        byte[] lines = new byte[(line.length + 1) * count];
        for (int i = 0; i < count; i++) {
            int start = i * (line.length + 1);
            System.arraycopy(line, 0, lines, start, line.length);
            lines[start + line.length] = '\n';
        }
        var answer = client.submitLines(lines);
        var jobs = answer.path("jobs");
        if (jobs.size() != count) {
            throw new CliException(
                    "Kiln took %d of %d jobs: %s"
                            .formatted(jobs.size(), count, Json.line(answer.path("errors"))));
        }
        return jobs;
    }
}
