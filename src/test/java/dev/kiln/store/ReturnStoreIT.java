package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Lease;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of claims of which nothing came. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class ReturnStoreIT {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int MANY = 20;

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ReturnStore returns;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, rejected cascade");
    }

    @Test
    void jobs_wait_as_before_their_claim_and_their_history_has_it() throws SQLException {
        var claimed = running();
        var left = returns.giveBack(claimed, "not begun");

        assertThat(left.values())
                .hasSize(MANY)
                .allMatch(job -> job.now() == LeaseStore.Left.QUEUED);
        assertThat(
                        count(
                                "select count(*) from job where state = 'QUEUED' and epoch = 1 and attempt = 0"
                                        + " and owner is null and lease_until is null and turn is not null and run_at <= now()"))
                .isEqualTo(MANY);
        assertThat(
                        count(
                                "select count(*) from job_attempt where epoch = 1 and not counted and fault = 'not begun'"))
                .isEqualTo(MANY);
        assertThat(count("select count(distinct xmin::text) from job")).isEqualTo(1);
        assertThat(count("select count(*) from outbox")).isZero();

        var again = claim();
        assertThat(again)
                .extracting(Lease::job)
                .containsExactlyElementsOf(claimed.stream().map(Lease::job).toList());
        assertThat(again).allMatch(lease -> lease.epoch() == 2 && lease.attempt() == 1);
    }

    @Test
    void one_that_was_cancelled_meanwhile_ends_with_its_event() throws SQLException {
        var claimed = running();
        var cancelled = claimed.get(3);
        sql("update job set cancel_requested = true where id = '" + cancelled.job() + "'");
        var left = returns.giveBack(claimed, "not begun");

        assertThat(left.get(cancelled.job()).now()).isEqualTo(LeaseStore.Left.CANCELLED);
        assertThat(count("select count(*) from job where state = 'QUEUED'")).isEqualTo(MANY - 1);
        assertThat(
                        count(
                                "select count(*) from outbox join job on job.id = job_id where state = 'CANCELLED' and finished_at is not null"))
                .isEqualTo(1);
    }

    @Test
    void nothing_is_written_of_one_whose_lease_is_lost() throws SQLException {
        var claimed = running();
        var lost = claimed.get(5);
        leases.putBack(lost, LeaseStore.By.HOLDER, "fault", true, Duration.ZERO);
        var left = returns.giveBack(claimed, "not begun");

        assertThat(left).hasSize(MANY - 1).doesNotContainKey(lost.job());
        assertThat(count("select attempt from job where id = '" + lost.job() + "'")).isEqualTo(1);
        assertThat(
                        count(
                                "select count(*) from job_attempt where not counted and job_id = '"
                                        + lost.job()
                                        + "'"))
                .isZero();
    }

    private List<Lease> running() {
        submissions.insert(
                IntStream.range(0, MANY).mapToObj(i -> Jobs.python("pass #" + i)).toList());
        return claim();
    }

    private List<Lease> claim() {
        return Workers.claim(workers, claims, MANY, LEASE).stream().map(c -> c.lease()).toList();
    }

    private void sql(String statement) throws SQLException {
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
