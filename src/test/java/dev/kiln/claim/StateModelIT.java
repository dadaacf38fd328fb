package dev.kiln.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.kiln.job.Completion;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.LeaseStore.By;
import dev.kiln.store.OutboxStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.RetryStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random sequences of everything that can happen to jobs, by several workers and a reaper, against
 * the real stores; after each step the tables must be what {@link ModelJob} says. A failure names
 * the seed and lists the steps.
 */
@QuarkusTest
@TestProfile(StateModelIT.DelaysPassByHand.class)
class StateModelIT {
    private static final int ROUNDS = 5;
    private static final int STEPS = 130;
    private static final int WORKERS = 3;
    private static final int MOST_LIVE = 8;
    private static final Duration LEASE = Duration.ofMinutes(10);

    /** On a slow machine a delay of a second would be over by itself before the next step. */
    public static class DelaysPassByHand extends StoreProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.put("kiln.claim.backoff", "1h");
            overrides.put("kiln.claim.max-backoff", "1h");
            return overrides;
        }
    }

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject RetryStore retries;
    @Inject OutboxStore outbox;
    @Inject Faults faults;
    @Inject AgroalDataSource dataSource;

    private Tables tables;
    private Random random;

    /** What should be. */
    private final Map<JobId, ModelJob> model = new TreeMap<>();

    /** What each worker believes to hold: more than it does, after lost answers and lost leases. */
    private final List<List<Lease>> believed = new ArrayList<>();

    /** What a reaper has read and not acted on yet. */
    private final List<Lease> lapsed = new ArrayList<>();

    private final List<String> steps = new ArrayList<>();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void the_tables_are_what_the_model_says_after_each_step(long seed) throws Exception {
        tables = new Tables(dataSource);
        random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            begin();
            for (int i = 0; i < STEPS; i++) {
                try {
                    step();
                    assertThat(tables.read()).isEqualTo(model);
                } catch (AssertionError | RuntimeException failure) {
                    throw new AssertionError(
                            "seed %d, round %d, after these steps:\n%s"
                                    .formatted(seed, round, String.join("\n", steps)),
                            failure);
                }
            }
        }
    }

    private void begin() throws SQLException {
        tables.empty();
        model.clear();
        believed.clear();
        lapsed.clear();
        steps.clear();
        for (int i = 0; i < WORKERS; i++) {
            believed.add(new ArrayList<>());
            workers.register(Workers.of("worker-" + i, "python"), LEASE, false);
        }
    }

    private void step() throws Exception {
        switch (random.nextInt(19)) {
            case 0, 1 -> submit();
            case 2 -> submitAgain();
            case 3, 4 -> claim(random.nextInt(4) > 0);
            case 5, 6 -> heartbeat();
            case 7, 8 -> finish(random.nextInt(3) > 0);
            case 9 -> fail(true, random.nextInt(3) > 0);
            case 10 -> fail(false, random.nextInt(3) > 0);
            case 11 -> lapse();
            case 12 -> readLapsed();
            case 13 -> reap();
            case 14 -> passTime();
            case 15, 16 -> cancel();
            case 17 -> retry();
            default -> relay(random.nextBoolean());
        }
    }

    private void submit() {
        if (model.values().stream().filter(ModelJob::isLive).count() >= MOST_LIVE) {
            return;
        }
        var job = Jobs.python("pass");
        steps.add("submit " + job.id());
        assertThat(submissions.insert(List.of(job)))
                .containsEntry(job.id(), SubmissionStore.Outcome.ACCEPTED);
        model.put(job.id(), ModelJob.queued());
    }

    /** As a replay of the topic does, or somebody who takes another's id. */
    private void submitAgain() {
        JobId id = anyJob();
        if (id == null) {
            return;
        }
        boolean same = random.nextBoolean();
        steps.add("submit again %s, the same: %s".formatted(id, same));
        assertThat(submissions.insert(List.of(Jobs.withId(id, same ? "pass" : "other"))))
                .containsEntry(
                        id,
                        same ? SubmissionStore.Outcome.KNOWN : SubmissionStore.Outcome.CONFLICT);
    }

    private void claim(boolean answered) {
        int worker = random.nextInt(WORKERS);
        int most = random.nextInt(1, 4);
        steps.add("worker %d claims %d, answered: %s".formatted(worker, most, answered));
        Set<JobId> claimable = new HashSet<>();
        model.forEach(
                (id, job) -> {
                    if (job.claimable()) {
                        claimable.add(id);
                    }
                });
        var claimed =
                claims.claim("worker-" + worker, most, Long.MAX_VALUE, LEASE).stream()
                        .map(job -> job.lease())
                        .toList();

        assertThat(claimed).hasSize(Math.min(most, claimable.size()));
        for (Lease lease : claimed) {
            assertThat(claimable).contains(lease.job());
            ModelJob now = model.compute(lease.job(), (_, job) -> job.claimed());
            assertThat(lease.epoch()).isEqualTo(now.epoch());
            assertThat(lease.attempt()).isEqualTo(now.attempt());
        }
        if (answered) {
            believed.get(worker).addAll(claimed);
        }
    }

    private void heartbeat() {
        var mine = believed.get(random.nextInt(WORKERS));
        if (mine.isEmpty()) {
            return;
        }
        // One claim of a job at a time: the statement joins by job.
        Map<JobId, Lease> newest = new HashMap<>();
        mine.forEach(
                lease -> newest.merge(lease.job(), lease, (a, b) -> a.epoch() > b.epoch() ? a : b));
        var asked = List.copyOf(newest.values());
        steps.add("heartbeat for " + asked);
        var held =
                asked.stream()
                        .filter(lease -> model.get(lease.job()).heldBy(lease.epoch()))
                        .map(Lease::job)
                        .toList();

        assertThat(leases.extend(asked, LEASE))
                .extracting(LeaseStore.Extended::job, LeaseStore.Extended::cancelRequested)
                .containsExactlyInAnyOrderElementsOf(
                        held.stream().map(id -> tuple(id, model.get(id).cancelled())).toList());
        held.forEach(id -> model.compute(id, (_, job) -> job.extended()));
        if (random.nextBoolean()) {
            // The other half goes on and tries to write, as a run does that ends just then.
            mine.removeIf(lease -> !held.contains(lease.job()));
        }
    }

    private void finish(boolean answered) {
        Lease lease = anyBelieved();
        if (lease == null) {
            return;
        }
        ModelJob job = model.get(lease.job());
        // Told of a cancel, its program may have been stopped, or have ended just before.
        boolean stopped = job.cancelled() && random.nextBoolean();
        steps.add("finish %s, stopped: %s, answered: %s".formatted(lease, stopped, answered));
        var next = job.finished(lease.epoch(), stopped);
        var result =
                stopped
                        ? ScriptedSandbox.cancelled("", Jobs.LIMITS)
                        : ScriptedSandbox.exited(0, "", Jobs.LIMITS);

        assertThat(results.finish(lease, result))
                .isEqualTo(next.isPresent() || job.hasResultOf(lease.epoch()));
        model.put(lease.job(), next.orElse(job));
        forget(lease, answered);
    }

    /** By its submitter, at any moment; asked again it is answered as before. */
    private void cancel() {
        JobId id = anyJob();
        if (id == null) {
            return;
        }
        steps.add("cancel " + id);
        ModelJob job = model.get(id);
        CancelStore.Outcome expected =
                switch (job.state()) {
                    case "QUEUED", "CANCELLED" -> new CancelStore.Outcome.Cancelled();
                    case "RUNNING" -> new CancelStore.Outcome.Requested();
                    default -> new CancelStore.Outcome.Ended(job.state());
                };

        assertThat(cancels.cancel(id)).isEqualTo(expected);
        model.put(id, job.takenBack());
    }

    private void retry() {
        steps.add("retry all that were given up");
        long given = model.values().stream().filter(job -> job.is("ABANDONED")).count();

        assertThat(retries.retry(null, null, 100)).isEqualTo(given);
        model.replaceAll((_, job) -> job.retried());
    }

    /** A fault of the sandbox, which counts, or one of the host or a drain, which does not. */
    private void fail(boolean counted, boolean answered) {
        Lease lease = anyBelieved();
        if (lease == null) {
            return;
        }
        steps.add("%s fails, counted: %s, answered: %s".formatted(lease, counted, answered));
        if (counted) {
            faults.attemptFailed(lease, By.HOLDER, "a fault");
        } else {
            faults.notAttempted(lease, "a fault");
        }
        model.compute(
                lease.job(), (_, job) -> job.failed(lease.epoch(), By.HOLDER, counted).orElse(job));
        forget(lease, answered);
    }

    /** Without an answer the worker does not know, and will write once more. */
    private void forget(Lease lease, boolean answered) {
        if (answered) {
            believed.forEach(leases -> leases.remove(lease));
        }
    }

    private void lapse() throws SQLException {
        JobId id = anyJob();
        if (id != null) {
            steps.add("the lease of %s lapses".formatted(id));
            tables.lapse(id);
            model.compute(id, (_, job) -> job.lapsedNow());
        }
    }

    private void readLapsed() {
        steps.add("the reaper looks");
        lapsed.clear();
        lapsed.addAll(leases.lapsed(100));
        assertThat(lapsed)
                .extracting(Lease::job)
                .containsExactlyInAnyOrderElementsOf(
                        model.entrySet().stream()
                                .filter(entry -> entry.getValue().lapsed())
                                .map(Map.Entry::getKey)
                                .toList());
    }

    /** What it acts on may have been extended, finished or claimed again since it looked. */
    private void reap() {
        steps.add("the reaper takes back " + lapsed);
        for (Lease lease : lapsed) {
            faults.attemptFailed(lease, By.REAPER, "silent");
            model.compute(
                    lease.job(),
                    (_, job) -> job.failed(lease.epoch(), By.REAPER, true).orElse(job));
        }
    }

    private void passTime() throws SQLException {
        JobId id = anyJob();
        if (id != null && random.nextInt(4) == 0) {
            steps.add("the deadline of %s passes, the sweeper looks".formatted(id));
            tables.passDeadline(id);
            model.compute(id, (_, job) -> job.lateNow());
            leases.expireLate(100);
            model.replaceAll((_, job) -> job.expiredIfLate());
        } else {
            steps.add("delays pass");
            tables.passDelays();
            model.replaceAll((_, job) -> job.dueNow());
        }
    }

    private void relay(boolean acknowledged) {
        steps.add("relay, acknowledged: " + acknowledged);
        List<String> expected = new ArrayList<>();
        // A retried job may have two: the later one waits for the earlier.
        model.forEach(
                (id, job) ->
                        job.events().stream()
                                .limit(1)
                                .forEach(epoch -> expected.add(id + "/" + epoch)));
        List<String> sent = new ArrayList<>();
        try {
            outbox.relay(100, new Collecting(sent, acknowledged));
        } catch (RuntimeException notAcknowledged) {
            assertThat(notAcknowledged).hasStackTraceContaining("broker gone");
            assertThat(acknowledged).isFalse();
        }
        assertThat(sent).containsExactlyInAnyOrderElementsOf(expected);
        if (acknowledged) {
            model.replaceAll((_, job) -> job.told());
        }
    }

    private record Collecting(List<String> sent, boolean acknowledges)
            implements OutboxStore.Publisher {
        @Override
        public void publish(List<Completion> events) {
            events.forEach(event -> sent.add(event.job() + "/" + event.epoch()));
            if (!acknowledges) {
                throw new IllegalStateException("broker gone");
            }
        }
    }

    private JobId anyJob() {
        var ids = List.copyOf(model.keySet());
        return ids.isEmpty() ? null : ids.get(random.nextInt(ids.size()));
    }

    private Lease anyBelieved() {
        var all = believed.stream().flatMap(List::stream).toList();
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }
}
