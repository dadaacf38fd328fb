package dev.kiln.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.store.Attempt;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.HistoryReader;
import dev.kiln.store.JobReader;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.RetryStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job whose workers die of it, seen by the reaper, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class DeadlyJobIT {
    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject LeaseStore leases;
    @Inject RetryStore retries;
    @Inject CancelStore cancels;
    @Inject JobReader reader;
    @Inject HistoryReader history;
    @Inject Faults faults;
    @Inject ClaimConfig config;
    @Inject KilnConfig kiln;
    @Inject AgroalDataSource dataSource;

    private Instant now = Instant.EPOCH;
    private Reaper reaper;

    @BeforeEach
    void aReaperThatHasHadAnswersForALease() throws SQLException {
        sql("truncate job, rejected, early_cancel cascade");
        reaper = new Reaper(leases, faults, config, kiln, () -> now);
        reaper.sweep();
        now = now.plus(config.lease());
    }

    @Test
    void a_job_that_kills_its_worker_three_times_is_never_given_a_fourth() throws SQLException {
        var id = submitted();
        for (int attempt = 1; attempt <= 3; attempt++) {
            var lease = claim().getFirst();
            assertThat(lease.attempt()).isEqualTo(attempt);
            die();
            reaper.sweep();
        }
        assertThat(((JobState.Abandoned) state(id)).reason()).contains("3 attempts", "fell silent");
        assertThat(claim()).isEmpty();
        die();
        reaper.sweep();
        assertThat(claim()).isEmpty();
        assertThat(history.newest(id, 10))
                .extracting(Attempt::epoch, Attempt::counted)
                .containsExactly(tuple(3L, true), tuple(2L, true), tuple(1L, true));
        assertThat(count("outbox")).isEqualTo(1);
    }

    @Test
    void only_an_operator_gives_it_another_three() throws SQLException {
        var id = submitted();
        for (int attempt = 0; attempt < 3; attempt++) {
            claim();
            die();
            reaper.sweep();
        }
        retries.retry(List.of(id));
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(claim().getFirst().attempt()).isEqualTo(attempt);
            die();
            reaper.sweep();
        }
        assertThat(state(id)).isInstanceOf(JobState.Abandoned.class);
        assertThat(claim()).isEmpty();
        assertThat(history.newest(id, 10)).hasSize(6);
        assertThat(count("outbox")).isEqualTo(2);
    }

    @Test
    void a_dead_workers_job_that_is_to_be_cancelled_is_cancelled_by_the_reaper()
            throws SQLException {
        var id = submitted();
        claim();
        cancels.cancel(id);
        die();
        reaper.sweep();
        assertThat(state(id)).isInstanceOf(JobState.Cancelled.class);
        assertThat(claim()).isEmpty();
    }

    private JobId submitted() {
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        return job.id();
    }

    private List<Lease> claim() throws SQLException {
        sql("update job set run_at = now() where state = 'QUEUED'");
        return claims.claim("w", Set.of("python"), 1, Duration.ofSeconds(20)).stream()
                .map(c -> c.lease())
                .toList();
    }

    /** The worker says no more, and its lease comes to its end. */
    private void die() throws SQLException {
        sql("update job set lease_until = now() - interval '1 second' where state = 'RUNNING'");
    }

    private JobState state(JobId id) {
        return reader.find(id).orElseThrow().state();
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int count(String table) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getInt(1);
        }
    }
}
