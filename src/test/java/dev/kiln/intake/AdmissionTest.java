package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.intake.Admission.Outcome;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.metrics.JobMeters;
import dev.kiln.store.StoreUnavailable;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final JobId A = new JobId(new UUID(0, 1));
    private static final JobId B = new JobId(new UUID(0, 2));
    private static final JobId C = new JobId(new UUID(0, 3));

    private final MemoryStore store = new MemoryStore();
    private final Admission admission = new Admission(store);

    @Test
    void what_is_new_becomes_a_job_in_one_transaction() {
        assertThat(admission.admit(List.of(job(A, "x"), job(B, "y"))))
                .containsExactly(new Outcome.Accepted(A), new Outcome.Accepted(B));
        assertThat(store.transactions).containsExactly(2);
    }

    @Test
    void what_was_committed_before_the_database_went_away_counts_as_accepted_all_the_same() {
        var registry = new SimpleMeterRegistry();
        Admission.Insert once =
                distinct -> {
                    store.reachable = store.transactions.isEmpty();
                    return store.insert(distinct);
                };
        var counting = new Admission(once, new JobMeters(registry, Set.of()));
        var jobs = IntStream.range(0, 1_500).mapToObj(i -> job(new JobId(new UUID(1, i)), "x"));
        var submissions = jobs.toList();
        assertThatThrownBy(() -> counting.admit(submissions)).isInstanceOf(StoreUnavailable.class);
        assertThat(store.jobs).hasSize(1_000);
        assertThat(submitted(registry, "accepted")).isEqualTo(1_000);

        store.transactions.clear();
        assertThatThrownBy(() -> counting.admit(submissions)).isInstanceOf(StoreUnavailable.class);
        assertThat(submitted(registry, "accepted")).isEqualTo(1_000);
        assertThat(submitted(registry, "repeated")).isEqualTo(1_000);
    }

    private static double submitted(SimpleMeterRegistry registry, String outcome) {
        return registry.get("kiln.jobs.submitted").tag("outcome", outcome).counter().count();
    }

    @Test
    void a_repetition_is_known_and_changes_nothing() {
        admission.admit(List.of(job(A, "x")));
        assertThat(admission.admit(List.of(job(A, "x"))))
                .containsExactly(new Outcome.AlreadyKnown(A));
    }

    @Test
    void another_body_under_a_known_id_is_a_conflict() {
        admission.admit(List.of(job(A, "x")));
        assertThat(admission.admit(List.of(job(A, "y")))).containsExactly(new Outcome.Conflict(A));
    }

    @Test
    void a_repetition_within_one_call_is_one_job() {
        assertThat(admission.admit(List.of(job(A, "x"), job(B, "y"), job(A, "x"))))
                .containsExactly(
                        new Outcome.Accepted(A),
                        new Outcome.Accepted(B),
                        new Outcome.AlreadyKnown(A));
    }

    @Test
    void another_body_later_in_the_same_call_is_a_conflict() {
        assertThat(admission.admit(List.of(job(A, "x"), job(A, "y"))))
                .containsExactly(new Outcome.Accepted(A), new Outcome.Conflict(A));
    }

    @Test
    void a_conflict_does_not_hide_the_real_job_after_it() {
        admission.admit(List.of(job(A, "x")));
        assertThat(admission.admit(List.of(job(A, "y"), job(A, "x"), job(A, "y"))))
                .containsExactly(
                        new Outcome.Conflict(A),
                        new Outcome.AlreadyKnown(A),
                        new Outcome.Conflict(A));
    }

    @Test
    void what_the_database_refuses_stops_nothing_else() {
        store.poison.add(B);
        assertThat(admission.admit(List.of(job(A, "x"), job(B, "y"), job(C, "z"))))
                .containsExactly(
                        new Outcome.Accepted(A),
                        new Outcome.Unstorable(B),
                        new Outcome.Accepted(C));
    }

    @Test
    void an_outage_is_no_verdict() {
        store.reachable = false;
        assertThatThrownBy(() -> admission.admit(List.of(job(A, "x"))))
                .isInstanceOf(StoreUnavailable.class);
    }

    @Test
    void many_jobs_are_several_transactions() {
        var jobs =
                IntStream.range(0, 2_500)
                        .mapToObj(i -> job(new JobId(new UUID(1, i)), "x"))
                        .toList();
        assertThat(admission.admit(jobs))
                .hasSize(2_500)
                .allMatch(Outcome.Accepted.class::isInstance);
        assertThat(store.transactions).containsExactly(1_000, 1_000, 500);
    }

    @Test
    void nothing_to_admit_asks_nothing_of_the_database() {
        assertThat(admission.admit(List.of())).isEmpty();
        assertThat(store.transactions).isEmpty();
    }

    private static Submission job(JobId id, String code) {
        return Documents.accepted(
                "{\"id\": \"%s\", \"language\": \"python\", \"code\": \"%s\"}".formatted(id, code));
    }
}
