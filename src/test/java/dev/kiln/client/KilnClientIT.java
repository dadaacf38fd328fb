package dev.kiln.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.Program;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.testing.ScriptedProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client for programs in Java, against a real server whose programs follow a script. */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
class KilnClientIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TestHTTPResource("/")
    URI server;

    @Inject ScriptedSandbox sandbox;

    private KilnClient kiln;

    @BeforeEach
    void connect() {
        kiln = KilnClient.of(server);
        sandbox.script(
                (_, program, limits, _) -> ScriptedSandbox.exited(0, squared(program), limits));
    }

    @AfterEach
    void disconnect() {
        kiln.close();
    }

    private static String squared(Program program) {
        String number = new String(program.stdin(), UTF_8);
        return number.isEmpty() ? "hi" : Integer.parseInt(number) * Integer.parseInt(number) + "\n";
    }

    @Test
    void the_example_of_the_documentation_works() throws Exception {
        assertThat(ClientExample.square(server, 7)).isEqualTo("49");
    }

    @Test
    void a_job_is_told_whole_once_it_has_ended() throws Exception {
        var request = JobRequest.of("python", "print('hi')").labels(Map.of("name", "x"));
        assertThat(kiln.submit(request).id()).isEqualTo(request.id().orElseThrow());
        var job = kiln.await(request.id().orElseThrow(), PATIENCE);
        assertThat(job.state()).isEqualTo(JobState.FINISHED);
        assertThat(job.succeeded()).isTrue();
        assertThat(job.reason()).isEmpty();
        assertThat(job.submittedAt().orElseThrow())
                .isBeforeOrEqualTo(job.finishedAt().orElseThrow());
        var result = job.result().orElseThrow();
        assertThat(result.cause()).isEqualTo(Cause.EXITED);
        assertThat(result.exitCode()).hasValue(0);
        assertThat(result.stdout()).isEqualTo("hi");
        assertThat(result.utf8()).isTrue();
        assertThat(kiln.stdout(job.id())).isEqualTo("hi".getBytes(UTF_8));
        assertThat(kiln.stderr(job.id())).isEmpty();

        var again = kiln.rerun(job.id());
        assertThat(again.id()).isNotEqualTo(job.id());
        assertThat(kiln.await(again.id(), PATIENCE).succeeded()).isTrue();
    }

    @Test
    void a_submission_can_wait_for_its_result() throws Exception {
        var job = kiln.submit(JobRequest.of("python", "pass"), Duration.ofSeconds(30));
        assertThat(job.succeeded()).isTrue();
    }

    @Test
    void what_is_sent_again_is_the_same_job() throws Exception {
        var request = JobRequest.of("python", "pass");
        assertThat(kiln.submit(request).id()).isEqualTo(kiln.submit(request).id());
        var keyed = request.idempotencyKey(UUID.randomUUID().toString());
        assertThat(keyed.id()).isEmpty();
        assertThat(kiln.submit(keyed).id())
                .isEqualTo(kiln.submit(keyed).id())
                .isNotEqualTo(request.id().orElseThrow());
        assertThatExceptionOfType(KilnProblem.class)
                .isThrownBy(() -> kiln.submit(request.priority(3)))
                .satisfies(problem -> assertThat(problem.status()).isEqualTo(409));
    }

    @Test
    void a_refusal_names_its_type_and_the_fields_at_fault() {
        var wrong = JobRequest.of("cobol", "").priority(1000);
        assertThatExceptionOfType(KilnProblem.class)
                .isThrownBy(() -> kiln.submit(wrong))
                .satisfies(
                        problem -> {
                            assertThat(problem.status()).isEqualTo(400);
                            assertThat(problem.type()).startsWith("/problems/");
                            assertThat(problem.passes()).isFalse();
                            assertThat(problem.fields())
                                    .extracting(KilnProblem.Field::pointer)
                                    .contains("/language", "/priority");
                        });
    }

    @Test
    void a_job_is_taken_back_as_long_as_it_has_not_ended() throws Exception {
        var later = kiln.submit(JobRequest.of("python", "").runAt(Instant.now().plusSeconds(3600)));
        assertThat(kiln.await(later.id(), Duration.ofMillis(50)).state())
                .isEqualTo(JobState.QUEUED);
        assertThat(kiln.cancel(later.id())).isEqualTo(KilnClient.Cancelled.DONE);
        assertThat(kiln.job(later.id(), PATIENCE).orElseThrow().state())
                .isEqualTo(JobState.CANCELLED);

        var ended = kiln.submit(JobRequest.of("python", ""), Duration.ofSeconds(30));
        assertThat(kiln.cancel(ended.id())).isEqualTo(KilnClient.Cancelled.TOO_LATE);
        String nobody = UUID.randomUUID().toString();
        assertThat(kiln.job(nobody)).isEmpty();
        assertThat(kiln.cancel(nobody)).isEqualTo(KilnClient.Cancelled.UNKNOWN);
        assertThatExceptionOfType(KilnProblem.class)
                .isThrownBy(() -> kiln.await(nobody, PATIENCE))
                .satisfies(problem -> assertThat(problem.status()).isEqualTo(404));
    }

    @Test
    void jobs_are_listed_page_by_page() throws Exception {
        String batch = "list-" + UUID.randomUUID();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(kiln.submit(JobRequest.of("python", "").batch(batch)).id());
        }
        var query = JobQuery.ALL.batch(batch).limit(2);
        var first = kiln.jobs(query);
        var second = kiln.jobs(query.after(first.next().orElseThrow()));
        assertThat(first.jobs()).extracting(KilnJob::id).isEqualTo(ids.subList(0, 2));
        assertThat(second.jobs()).extracting(KilnJob::id).isEqualTo(ids.subList(2, 3));
        assertThat(kiln.jobs(JobQuery.ALL.batch(batch).state(JobState.EXPIRED)).jobs()).isEmpty();
    }

    @Test
    void a_batch_is_submitted_closed_and_read() throws Exception {
        String batch = "b-" + UUID.randomUUID();
        var jobs =
                List.of(
                        JobRequest.of("python", "").stdin("3".getBytes(UTF_8)),
                        JobRequest.of("cobol", ""),
                        JobRequest.of("python", "").stdin("4".getBytes(UTF_8)));
        var answers = kiln.batches().submit("key-" + batch, batch, jobs);
        assertThat(answers).extracting(LineAnswer::line).containsExactly(1L, 2L, 3L);
        assertThat(answers.get(0).id()).isEqualTo(jobs.get(0).id());
        assertThat(answers.get(1).id()).isEmpty();
        assertThat(answers.get(1).fields())
                .extracting(KilnProblem.Field::pointer)
                .contains("/language");

        assertThat(kiln.batches().close(batch, "default").closedAt()).isPresent();
        await().atMost(PATIENCE).until(() -> kiln.batches().status(batch, "default").ended() == 2);
        var status = kiln.batches().status(batch, "default");
        assertThat(status.jobs()).isEqualTo(2);
        assertThat(status.succeeded()).isEqualTo(2);
        List<String> outputs = new ArrayList<>();
        kiln.batches()
                .results(batch, "default", job -> outputs.add(job.result().orElseThrow().stdout()));
        assertThat(outputs).containsExactlyInAnyOrder("9\n", "16\n");
        assertThatExceptionOfType(KilnProblem.class)
                .isThrownBy(() -> kiln.batches().results("nobody-s", "default", _ -> {}))
                .satisfies(problem -> assertThat(problem.type()).contains("unknown-batch"));
    }
}
