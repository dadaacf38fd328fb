package dev.kiln.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.chaos.Arrival.Door;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each invariant can fail, and does so for its own reason alone. */
class InvariantsTest {
    private static final String ID = "0193a000-0000-7000-8000-000000000001";
    private static final Instant LATER = Instant.now().plusSeconds(60);
    private static final Deserved DESERVED = Deserved.exit(0, "epoch N\nhello\n");

    private final Map<String, Arrival> accepted = new HashMap<>();
    private final List<JobFacts> jobs = new ArrayList<>();
    private final List<AttemptFacts> attempts = new ArrayList<>();
    private final Map<String, List<Evidence.Event>> events = new HashMap<>();
    private final List<Topic.Entry> refused = new ArrayList<>();
    private final List<String> left = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private final Journal journal = new Journal();
    private int unsent;

    @Test
    void a_run_in_which_all_went_well_keeps_all() {
        accept(ID, DESERVED);
        job(finished(ID, 2, 2, 1, 1, result(2, 0, "epoch 2\nhello\n")));
        attempts.add(new AttemptFacts(ID, 1, true, "worker w-1 fell silent", LATER));
        journal.silenced("w-1");

        assertThat(broken()).isEmpty();
    }

    @Test
    void a_job_that_is_lost() {
        accept(ID, DESERVED);

        assertThat(broken()).containsExactly("terminal");
    }

    @Test
    void a_job_that_does_not_end() {
        accept(ID, DESERVED);
        jobs.add(new JobFacts(ID, "QUEUED", 1, 1, null, 1, 1, null));

        assertThat(broken()).containsExactly("terminal");
    }

    @Test
    void a_job_that_nobody_submitted() {
        job(finished(ID, 1, 1, 0, 0, result(1, 0, "epoch 1\nhello\n")));

        assertThat(broken()).containsExactly("terminal");
    }

    @Test
    void a_verdict_that_is_not_the_programs() {
        accept(ID, DESERVED);
        job(finished(ID, 1, 1, 0, 0, result(1, 1, "epoch 1\nhello\n")));

        assertThat(broken()).containsExactly("verdict");
    }

    @Test
    void output_that_another_claim_wrote() {
        accept(ID, DESERVED);
        job(finished(ID, 2, 2, 1, 1, result(2, 0, "epoch 1\nhello\n")));

        assertThat(broken()).containsExactly("verdict");
    }

    @Test
    void a_result_of_a_claim_that_was_over() {
        accept(ID, DESERVED);
        job(finished(ID, 2, 2, 1, 1, result(1, 0, "epoch 1\nhello\n")));

        assertThat(broken()).containsExactly("fencing");
    }

    @Test
    void a_job_that_was_given_up_too_soon() {
        accept(ID, Deserved.abandoned());
        job(new JobFacts(ID, "ABANDONED", 3, 3, null, 3, 3, null));

        assertThat(broken()).containsExactly("abandoned");
    }

    @Test
    void a_finished_job_without_a_result() {
        accept(ID, new Deserved("FINISHED", null, null, null));
        job(finished(ID, 1, 1, 0, 0, null));

        assertThat(broken()).containsExactly("result");
    }

    @Test
    void a_claim_of_which_nothing_is_known() {
        accept(ID, DESERVED);
        job(finished(ID, 3, 2, 1, 1, result(3, 0, "epoch 3\nhello\n")));

        assertThat(broken()).containsExactly("accounts");
    }

    @Test
    void an_attempt_that_was_charged_for_nothing() {
        attempts.add(new AttemptFacts(ID, 1, true, "worker w-1 fell silent", LATER));
        attempts.add(new AttemptFacts(ID, 2, false, "the engine is gone", LATER));

        assertThat(broken()).containsExactly("blame");
        journal.silenced("w-1");
        assertThat(broken()).isEmpty();
        var before = Instant.now().minusSeconds(60);
        attempts.add(new AttemptFacts(ID, 1, true, "worker w-1 fell silent", before));
        assertThat(broken()).containsExactly("blame");
        attempts.removeLast();
        attempts.add(new AttemptFacts(ID, 3, true, "The sandbox ended without a report", LATER));
        assertThat(broken()).containsExactly("blame");
        journal.struckContainer("a0b1c2d3e4f5a6b7", ID);
        assertThat(broken()).isEmpty();
    }

    @Test
    void an_attempt_in_a_container_that_had_waited_and_was_struck() {
        var fault = "The sandbox ended without a report (container a0b1c2d3e4f5)";
        attempts.add(new AttemptFacts(ID, 1, true, fault, LATER));

        journal.struckContainer("ffffffffffffa6b7", "");
        assertThat(broken()).containsExactly("blame");
        journal.struckContainer("a0b1c2d3e4f5a6b7", "");
        assertThat(broken()).isEmpty();
    }

    @Test
    void a_lease_of_somebody_who_is_dead() {
        accept(ID, DESERVED);
        jobs.add(new JobFacts(ID, "RUNNING", 1, 1, "w-1", 0, 0, null));

        assertThat(broken()).containsExactlyInAnyOrder("terminal", "leases");
    }

    @Test
    void an_event_that_is_missing_or_has_a_second_id_or_another_state() {
        accept(ID, DESERVED);
        job(finished(ID, 1, 1, 0, 0, result(1, 0, "epoch 1\nhello\n")));
        var right = new Evidence.Event(ID + "/1", "FINISHED");

        events.put(ID, List.of(right, right));
        assertThat(broken()).as("a second delivery").isEmpty();
        events.remove(ID);
        assertThat(broken()).containsExactly("events");
        events.put(ID, List.of(right, new Evidence.Event(ID + "/2", "FINISHED")));
        assertThat(broken()).containsExactly("events");
        events.put(ID, List.of(new Evidence.Event(ID + "/1", "ABANDONED")));
        assertThat(broken()).containsExactly("events");
        events.put(ID, List.of(right));
        events.put("nobody", List.of(right));
        assertThat(broken()).containsExactly("events");
    }

    @Test
    void a_conflict_that_was_not_refused_and_a_refusal_without_a_conflict() {
        accept(ID, DESERVED, new Arrival.FollowUp.Conflict(Duration.ZERO, Door.TOPIC, "{}"));
        job(finished(ID, 1, 1, 0, 0, result(1, 0, "epoch 1\nhello\n")));

        assertThat(broken()).containsExactly("conflicts");
        refused.add(new Topic.Entry(ID, "{}"));
        assertThat(broken()).isEmpty();
        refused.add(new Topic.Entry("other", "{}"));
        assertThat(broken()).containsExactly("conflicts");
    }

    @Test
    void a_job_that_was_taken_back_ends_as_its_producer_was_told() {
        accept(ID, DESERVED, new Arrival.FollowUp.Cancel(Duration.ZERO, Door.HTTP));
        job(new JobFacts(ID, "CANCELLED", 1, 1, null, 1, 1, null));

        assertThat(broken()).isEmpty();
        journal.answeredCancel(ID, 202);
        assertThat(broken()).isEmpty();
        journal.answeredCancel(ID, 409);
        assertThat(broken()).containsExactly("cancel");
        jobs.clear();
        job(finished(ID, 1, 1, 0, 0, result(1, 0, "epoch 1\nhello\n")));
        assertThat(broken()).isEmpty();
        journal.answeredCancel(ID, 200);
        assertThat(broken()).containsExactly("cancel");
    }

    @Test
    void a_job_that_is_cancelled_though_nobody_took_it_back() {
        accept(ID, DESERVED);
        job(new JobFacts(ID, "CANCELLED", 0, 0, null, 0, 0, null));

        assertThat(broken()).containsExactly("verdict");
    }

    @Test
    void what_is_left_unsent_unexplained_or_seen_to_go_back() {
        unsent = 1;
        left.add("container");
        seen.add("epoch 1 after 2");
        journal.surprise("it died");

        assertThat(broken()).containsExactlyInAnyOrder("outbox", "clean", "epochs", "surprises");
    }

    private void accept(String id, Deserved deserved, Arrival.FollowUp... after) {
        accepted.put(
                id,
                new Arrival(Duration.ZERO, id, "{}", deserved, Door.TOPIC, false, List.of(after)));
    }

    private void job(JobFacts job) {
        jobs.add(job);
        events.put(
                job.id(), List.of(new Evidence.Event(job.id() + "/" + job.epoch(), job.state())));
    }

    private static JobFacts finished(
            String id, long epoch, int attempt, int failed, int counted, JobFacts.Result result) {
        return new JobFacts(id, "FINISHED", epoch, attempt, null, failed, counted, result);
    }

    private static JobFacts.Result result(long epoch, int exitCode, String stdout) {
        return new JobFacts.Result(epoch, "exited", exitCode, stdout);
    }

    private Set<String> broken() {
        var evidence =
                new Evidence(
                        accepted,
                        jobs,
                        attempts,
                        unsent,
                        events,
                        refused,
                        left,
                        new Evidence.Looks(1, seen),
                        journal);
        return Stream.concat(JobInvariants.ALL.stream(), OutsideInvariants.ALL.stream())
                .filter(invariant -> !invariant.check(evidence).finding().held())
                .map(Invariant::name)
                .collect(Collectors.toSet());
    }
}
