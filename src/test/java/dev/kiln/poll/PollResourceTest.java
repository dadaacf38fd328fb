package dev.kiln.poll;

import static dev.kiln.wire.Samples.FINISHED;
import static dev.kiln.wire.Samples.ID;
import static dev.kiln.wire.Samples.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.access.Caller;
import dev.kiln.job.Job;
import dev.kiln.job.JobState;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.store.Attempt;
import dev.kiln.store.Endings;
import dev.kiln.store.Rejection;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.Json;
import dev.kiln.wire.Samples;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollResourceTest {
    private static final Rejection REJECTION = new Rejection(ID, "[]", FINISHED);

    @Test
    void a_job_is_told_as_it_stands() throws InterruptedException {
        assertThat(state(resource(job(Samples.running()), null).job(ID.toString(), null)))
                .isEqualTo("RUNNING");
    }

    @Test
    void what_a_job_waits_for_is_asked_and_told_only_while_it_is_queued()
            throws InterruptedException {
        assertThat(waitingFor(Samples.queued())).isEqualTo("a worker");
        assertThat(waitingFor(Samples.running())).isNull();
        assertThat(waitingFor(Samples.cancelledWhileRunning())).isNull();
    }

    private static String waitingFor(JobState state) throws InterruptedException {
        var answer = resource(job(state), null).job(ID.toString(), null);
        return Json.ofBytes((byte[]) answer.getEntity()).get("waiting_for").textValue();
    }

    @Test
    void a_refused_submission_is_told_under_its_id() throws InterruptedException {
        assertThat(state(resource(null, REJECTION).job(ID.toString(), null))).isEqualTo("REJECTED");
    }

    @Test
    void a_job_is_not_hidden_by_a_refusal_under_its_id() throws InterruptedException {
        assertThat(state(resource(job(Samples.queued()), REJECTION).job(ID.toString(), null)))
                .isEqualTo("QUEUED");
    }

    @Test
    void an_unknown_id_is_a_problem() {
        var problem = problem(() -> resource(null, null).job(ID.toString(), null));
        assertThat(problem.status()).isEqualTo(404);
        assertThat(problem.type()).isEqualTo("/problems/unknown-job");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "01993f5e7a107c3e9d1f3b2a51c0ffee", "1-1-1-1-1", "' or 1=1"})
    void what_is_no_uuid_is_another_problem(String id) {
        assertThat(problem(() -> resource(null, null).job(id, null)).status()).isEqualTo(400);
    }

    @Test
    void how_long_to_wait_is_read_before_the_job_is_looked_for() {
        var problem = problem(() -> resource(null, null).job(ID.toString(), "61"));
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.type()).isEqualTo("/problems/invalid-request");
        assertThat(problem.detail()).contains("wait", "from 0 to 60");
    }

    @Test
    void nobody_waits_for_a_refusal_or_for_what_is_not_there() throws InterruptedException {
        assertThat(state(resource(null, REJECTION).job(ID.toString(), "60"))).isEqualTo("REJECTED");
        assertThat(problem(() -> resource(null, null).job(ID.toString(), "60")).status())
                .isEqualTo(404);
    }

    @Test
    void failed_attempts_are_told_with_their_faults() {
        var response = resource(job(Samples.abandoned()), null).attempts(ID.toString());
        assertThat(Json.ofBytes((byte[]) response.getEntity()).toString())
                .isEqualTo(
                        "{\"id\":\"%s\",\"attempts\":[{\"epoch\":2,\"worker\":\"w-1\",\"started_at\":\"1970-01-01T00:00:00Z\",\"ended_at\":\"1970-01-01T00:00:01Z\",\"counted\":true,\"fault\":\"fell silent\"}]}"
                                .formatted(ID));
        assertThat(problem(() -> resource(null, null).attempts(ID.toString())).status())
                .isEqualTo(404);
    }

    @Test
    void an_outage_asks_the_client_to_come_back() {
        var response =
                resource(null, null)
                        .unavailable(new StoreUnavailable(new IllegalStateException("x")));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeaderString("Retry-After")).isEqualTo("1");
    }

    private static PollResource resource(Job job, Rejection rejection) {
        return new PollResource(
                new LongPoll(new Endings(), _ -> Optional.ofNullable(job), _ -> {}),
                _ -> Optional.ofNullable(rejection),
                _ ->
                        List.of(
                                new Attempt(
                                        2,
                                        "w-1",
                                        Instant.EPOCH,
                                        Instant.EPOCH.plusSeconds(1),
                                        true,
                                        "fell silent")),
                _ -> Optional.of("a worker"),
                () -> Caller.OPEN);
    }

    private static String state(Response response) {
        return Json.ofBytes((byte[]) response.getEntity()).get("state").textValue();
    }

    private static Problem problem(ThrowingCallable call) {
        var thrown = new Problem[1];
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(ProblemException.class, e -> thrown[0] = e.problem());
        return thrown[0];
    }
}
