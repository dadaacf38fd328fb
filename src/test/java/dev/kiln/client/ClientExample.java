package dev.kiln.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.time.Duration;

/** The example of docs/CLIENTS.md: what is between the two marks stands there, word by word. */
final class ClientExample {
    private ClientExample() {}

    // begin
    static String square(URI server, int number) throws InterruptedException {
        try (var kiln = KilnClient.of(server)) {
            var request =
                    JobRequest.of("python", "print(int(input()) ** 2)")
                            .stdin(String.valueOf(number).getBytes(UTF_8))
                            .timeout(Duration.ofSeconds(10));
            var job = kiln.submit(request); // the same request again would be the same job
            job = kiln.await(job.id(), Duration.ofMinutes(5));
            if (!job.succeeded()) {
                String why = job.result().map(result -> result.cause().name()).orElse("");
                throw new IllegalStateException(job.state() + " " + why);
            }
            return new String(kiln.stdout(job.id()), UTF_8).strip();
        } catch (KilnProblem problem) { // a refusal, by RFC 9457
            throw new IllegalStateException(problem.detail() + problem.fields(), problem);
        }
    }
    // end
}
