package dev.kiln.bench.peers;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.configuration.JobRunrConfiguration.JobRunrConfigurationResult;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;

/** JobRunr's open source edition. Between windows its server is paused. Public where JobRunr reaches by reflection. */
public final class JobRunrPeer implements Peer {

    /** The least that its SQL storage allows. Only the first fetch waits for it: a worker that becomes idle fetches at once. */
    private static final Duration POLL = Duration.ofSeconds(5);

    private final DataSource database;
    private final int concurrency;
    private final JobRunrConfigurationResult jobRunr;

    /** As JobRunr stores it: its class and its fields. */
    public record Request(String id) implements JobRequest {
        @Override
        public Class<Handler> getJobRequestHandler() {
            return Handler.class;
        }
    }

    /** Made by the activator. */
    public record Handler(Work work) implements JobRequestHandler<Request> {
        @Override
        public void run(Request request) {
            work.handle(request.id());
        }
    }

    JobRunrPeer(DataSource database, int concurrency, Work work) {
        this.database = database;
        this.concurrency = concurrency;
        var handler = new Handler(work);
        this.jobRunr =
                JobRunr.configure()
                        .useJsonMapper(new JacksonJsonMapper())
                        .useJobActivator(
                                new JobActivator() {
                                    @Override
                                    public <T> T activateJob(Class<T> type) {
                                        return type.cast(handler);
                                    }
                                })
                        .useStorageProvider(SqlStorageProviderFactory.using(database))
                        .useBackgroundJobServer(
                                BackgroundJobServerConfiguration
                                        .usingStandardBackgroundJobServerConfiguration()
                                        .andWorkerCount(concurrency)
                                        .andPollInterval(POLL),
                                true)
                        .initialize();
        jobRunr.getBackgroundJobServer().pauseProcessing();
    }

    @Override
    public String version() {
        return Sql.versionOf(JobRunr.class);
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("workerCount", String.valueOf(concurrency), "pollInterval", POLL.toSeconds() + "s");
    }

    @Override
    public void load(Stream<String> ids) {
        jobRunr.getJobRequestScheduler().enqueue(ids.map(Request::new));
    }

    @Override
    public void resume() {
        jobRunr.getBackgroundJobServer().resumeProcessing();
    }

    @Override
    public void pause() {
        jobRunr.getBackgroundJobServer().pauseProcessing();
    }

    @Override
    public boolean isEmpty() throws SQLException {
        return !Sql.exists(database, "select from jobrunr_jobs where state in ('ENQUEUED', 'PROCESSING')");
    }

    @Override
    public void close() {
        JobRunr.destroy();
    }
}
