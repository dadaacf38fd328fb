package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.sandbox.Tag;
import dev.kiln.store.CancelStore;
import dev.kiln.store.JobReader;
import dev.kiln.store.SubmissionStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ScriptedProfile;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a job that was claimed ahead while it waits for its slot. */
@QuarkusTest
@TestProfile(InLineIT.Patient.class)
class InLineIT {
    /** Jobs wait for five times as long as this before they are given back. */
    public static class Patient extends ScriptedProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            var settings = new HashMap<>(super.getConfigOverrides());
            settings.put("kiln.worker.claim-ahead", "1s");
            settings.put("kiln.claim.heartbeat", "200ms");
            return settings;
        }
    }

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MANY = 2000;

    @Inject SubmissionStore submissions;
    @Inject CancelStore cancels;
    @Inject JobReader reader;
    @Inject ScriptedSandbox sandbox;
    @Inject HostHealth health;
    @Inject JobsInHand hand;
    @Inject AgroalDataSource dataSource;

    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean blocked;

    /** Jobs end at once until some are in line; then none does until the test says so. */
    @BeforeEach
    void fillTheLine() throws SQLException {
        await().until(() -> health.trouble().isEmpty());
        execute("truncate job cascade");
        sandbox.script(
                (_, _, limits, _) -> {
                    blocked |= hand.waiting() > ScriptedProfile.SLOTS;
                    if (blocked) {
                        awaitEnd();
                    }
                    return ScriptedSandbox.exited(0, "", limits);
                });
        submissions.insert(
                IntStream.range(0, MANY).mapToObj(i -> Jobs.python("pass #" + i)).toList());
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> blocked && sandbox.running() == ScriptedProfile.SLOTS);
    }

    @AfterEach
    void backToNormal() {
        end.countDown();
        sandbox.notReady(null);
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
    }

    @Test
    void one_that_is_cancelled_ends_at_once_and_never_runs() throws Exception {
        var cancelled = oneInLine();
        cancels.cancel(cancelled.job());
        await().atMost(Duration.ofSeconds(3))
                .until(() -> reader.find(cancelled.job()).orElseThrow().state().terminal());
        assertThat(reader.find(cancelled.job()).orElseThrow().state())
                .isInstanceOf(JobState.Cancelled.class);

        end.countDown();
        awaitAllEnded();
        assertThat(runsOf(cancelled.job())).isEmpty();
        assertThat(count("select count(*) from job where state = 'FINISHED' and attempt = 1"))
                .isEqualTo(MANY - 1);
        assertThat(count("select count(*) from execution_result")).isEqualTo(MANY - 1);
    }

    @Test
    void one_whose_lease_is_lost_does_not_run_under_it() throws Exception {
        var lost = oneInLine();
        // As the reaper of another worker would.
        execute(
                "update job set state = 'QUEUED', owner = null, lease_until = null, run_at = now() where id = '"
                        + lost.job()
                        + "'");
        await().atMost(Duration.ofSeconds(3)).until(() -> !hand.claims().contains(lost));

        end.countDown();
        awaitAllEnded();
        assertThat(runsOf(lost.job())).hasSize(1).allMatch(tag -> tag.epoch() > lost.epoch());
        assertThat(count("select count(*) from execution_result")).isEqualTo(MANY);
    }

    @Test
    void all_go_back_when_the_host_falls_ill_and_run_when_it_is_well() throws Exception {
        sandbox.notReady(new SandboxFault(SandboxFault.Scope.HOST, "the engine is away"));
        await().atMost(SOON)
                .until(
                        () ->
                                hand.waiting() == 0
                                        && count("select count(*) from job where owner is not null")
                                                == ScriptedProfile.SLOTS);
        int runs = sandbox.tags().size();
        end.countDown();
        await().until(() -> count("select count(*) from job where owner is not null") == 0);
        assertThat(sandbox.tags()).hasSize(runs);

        sandbox.notReady(null);
        awaitAllEnded();
        assertThat(count("select count(*) from job where state = 'FINISHED' and attempt = 1"))
                .isEqualTo(MANY);
    }

    private Claim oneInLine() {
        var begun =
                sandbox.tags().stream()
                        .map(tag -> new Claim(tag.job(), tag.epoch()))
                        .collect(Collectors.toSet());
        return hand.claims().stream()
                .filter(claim -> !begun.contains(claim))
                .findFirst()
                .orElseThrow();
    }

    private List<Tag> runsOf(JobId job) {
        return sandbox.tags().stream().filter(tag -> tag.job().equals(job)).toList();
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAllEnded() {
        await().atMost(SOON)
                .until(() -> count("select count(*) from job where finished_at is null") == 0);
    }

    private void execute(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int count(String query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }
}
