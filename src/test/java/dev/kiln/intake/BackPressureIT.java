package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.JobId;
import dev.kiln.store.CancelStore;
import dev.kiln.store.JobReader;
import dev.kiln.store.QueueStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.Servers;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Topics;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.ChannelRegistry;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Doors that close before a full queue, and a channel that falls silent; nobody runs jobs here. */
@QuarkusTest
@TestProfile(BackPressureIT.Profile.class)
class BackPressureIT {
    private static final int MOST = 20;
    private static final String HELLO = "{\"language\":\"python\",\"code\":\"print('hello')\"}";

    /** Both doors and no worker; a group that starts at the topic's present end. */
    public static class Profile extends StoreProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            var config = new HashMap<>(super.getConfigOverrides());
            config.put("kiln.roles", "api,intake");
            config.put("kiln.intake.max-queued", String.valueOf(MOST));
            config.put("kiln.intake.resume-queued", "5");
            config.put("kiln.intake.stalled-after", "4s");
            config.put("mp.messaging.incoming.jobs.max.poll.records", "10");
            config.put("mp.messaging.incoming.jobs.group.id", "back-pressure");
            config.put("mp.messaging.incoming.jobs.auto.offset.reset", "latest");
            return config;
        }
    }

    @TestHTTPResource("/")
    URI server;

    @Inject QueueGauge gauge;
    @Inject QueueStore queue;
    @Inject CancelStore cancels;
    @Inject JobReader reader;
    @Inject ChannelRegistry channels;
    @Inject KafkaClientService clients;

    @Test
    void a_flood_stays_on_the_topic_until_the_queue_has_drained() {
        try (var topics = new Topics(Servers.bootstrapServers())) {
            awaitAssigned();
            var later = submit(topics, 1, ",\"run_at\":\"2100-01-01T00:00:00Z\"").getFirst();
            await().until(() -> reader.find(later).isPresent());
            assertThat(queue.runnable(MOST)).as("what was put off").isZero();

            var jobs = submit(topics, MOST, "");
            await().atMost(Duration.ofSeconds(20)).until(gauge::full);
            await().until(() -> channels.getPausable("jobs").isPaused());
            assertAskedToComeBack(post("v1/jobs", "application/json"));
            assertAskedToComeBack(post("v1/batches", "application/x-ndjson"));

            // One batch may have been under way when the channel was paused; no more than that.
            var flood = submit(topics, 100, "");
            await().during(Duration.ofSeconds(6))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> known(flood) <= 20);
            assertThat(get("q/health/ready").body()).contains("degraded", "kiln.intake.max-queued");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () ->
                                    assertThat(get("q/metrics").body())
                                            .contains("kiln_intake_paused 1.0")
                                            .contains("kiln_jobs_runnable 20.0")
                                            .containsPattern("kiln_intake_lag_records [1-9]"));
            assertThat(live().statusCode()).isEqualTo(200);

            // Whoever drains it: the doors open at the lower mark, and close again before the
            // flood.
            Stream.concat(jobs.stream(), flood.stream()).forEach(cancels::cancel);
            await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                flood.forEach(cancels::cancel);
                                return known(flood) == flood.size();
                            });
            flood.forEach(cancels::cancel);
            await().until(() -> !gauge.full());
            assertThat(get("q/health/ready").body()).doesNotContain("degraded");
            assertThat(post("v1/jobs", "application/json").statusCode()).isEqualTo(202);
        }
    }

    @Test
    void a_consumer_that_polls_and_hands_nothing_on_is_reported_as_not_live() {
        try (var topics = new Topics(Servers.bootstrapServers())) {
            awaitAssigned();
            var consumer = clients.getConsumer("jobs");
            consumer.pause().await().atMost(Duration.ofSeconds(5));
            var job = submit(topics, 1, "").getFirst();
            await().atMost(Duration.ofSeconds(30)).until(() -> live().statusCode() == 503);
            assertThat(live().body()).contains("has taken nothing for 4 s");
            assertThat(reader.find(job)).isEmpty();

            consumer.resume().await().atMost(Duration.ofSeconds(5));
            await().atMost(Duration.ofSeconds(20)).until(() -> reader.find(job).isPresent());
            await().until(() -> live().statusCode() == 200);
        }
    }

    /** Only what is produced from then on is looked at: the broker has other tests' records too. */
    private void awaitAssigned() {
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                clients.getConsumer("jobs")
                                                .getPositions()
                                                .await()
                                                .atMost(Duration.ofSeconds(5))
                                                .size()
                                        > 0);
    }

    private static void assertAskedToComeBack(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/problem+json");
        assertThat(answer.body()).contains("/problems/queue-full");
    }

    private HttpResponse<String> post(String path, String type) {
        return send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString(HELLO)));
    }

    private HttpResponse<String> live() {
        return get("q/health/live");
    }

    private HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(server.resolve(path)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long known(List<JobId> jobs) {
        return jobs.stream().filter(id -> reader.find(id).isPresent()).count();
    }

    private static List<JobId> submit(Topics topics, int jobs, String more) {
        return Stream.generate(Jobs::id)
                .limit(jobs)
                .peek(id -> topics.submit(id.toString(), HELLO.replace("}", more + "}")))
                .toList();
    }
}
