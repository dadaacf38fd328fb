package dev.kiln.bench.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** db-scheduler with its lock-and-fetch strategy. A scheduler cannot be paused without losing its pace: each window has one of its own. */
final class DbSchedulerPeer implements Peer {

    /** db-scheduler leaves the table to its users; this is the one of its documentation for PostgreSQL. */
    private static final String[] SCHEMA = {
        """
        create table scheduled_tasks (
            task_name text not null,
            task_instance text not null,
            task_data bytea,
            execution_time timestamp with time zone,
            picked boolean not null,
            picked_by text,
            last_success timestamp with time zone,
            last_failure timestamp with time zone,
            consecutive_failures int,
            last_heartbeat timestamp with time zone,
            version bigint not null,
            priority smallint,
            state text,
            primary key (task_name, task_instance)
        )
        """,
        "create index execution_time_idx on scheduled_tasks (execution_time)",
        "create index last_heartbeat_idx on scheduled_tasks (last_heartbeat)"
    };

    /** A fetch when this many times the threads are left in memory, up to that many times the threads. */
    private static final double LOWER = 4.0;
    private static final double UPPER = 20.0;
    private static final Duration POLL = Duration.ofSeconds(1);

    private final DataSource database;
    private final int concurrency;
    private final OneTimeTask<Void> task;
    private final SchedulerClient client;
    private Scheduler scheduler;

    DbSchedulerPeer(DataSource database, int concurrency, Work work) throws SQLException {
        this.database = database;
        this.concurrency = concurrency;
        for (String statement : SCHEMA) {
            Sql.execute(database, statement);
        }
        this.task =
                Tasks.oneTime("bench")
                        .execute(
                                (instance, context) -> work.handle(instance.getId()));
        this.client = SchedulerClient.Builder.create(database, task).build();
    }

    @Override
    public String version() {
        return Sql.versionOf(Scheduler.class);
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(
                "pollUsingLockAndFetch", LOWER + ", " + UPPER,
                "pollingInterval", POLL.toSeconds() + "s",
                "threads", String.valueOf(concurrency));
    }

    @Override
    public void load(Stream<String> ids) {
        // A second ago: due, whatever the two clocks say.
        client.scheduleBatch(
                ids.map(id -> (TaskInstance<?>) task.instance(id)), Instant.now().minusSeconds(1));
    }

    @Override
    public void resume() {
        scheduler =
                Scheduler.create(database, task)
                        .threads(concurrency)
                        .pollUsingLockAndFetch(LOWER, UPPER)
                        .pollingInterval(POLL)
                        .build();
        scheduler.start();
    }

    @Override
    public void pause() {
        scheduler.stop();
    }

    @Override
    public boolean isEmpty() throws SQLException {
        return !Sql.exists(database, "select from scheduled_tasks");
    }

    @Override
    public void close() {}
}
