package dev.kiln.store;

import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers what became of a job. */
@ApplicationScoped
public class JobReader {
    /** Also those that are not there any more: nothing will ever be heard of them. */
    private static final String ENDED =
            """
            select asked.id from unnest(?::uuid[]) as asked (id)
             where not exists (select from job where job.id = asked.id and job.finished_at is null)
            """;

    private final Database database;

    JobReader(Database database) {
        this.database = database;
    }

    /**
     * The job as it stands, with its result once there is one.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Job> find(JobId id) {
        return database.transaction(
                () -> {
                    @Nullable JobRow row = JobRow.findById(id.value());
                    return Optional.ofNullable(row).map(JobReader::withResult);
                });
    }

    /**
     * Those of the jobs that have ended, or are gone; one statement however many are asked for.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<JobId> ended(Collection<JobId> jobs) {
        Object[] ids = jobs.stream().map(JobId::value).toArray();
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(ENDED)) {
                        statement.setArray(1, connection.createArrayOf("uuid", ids));
                        List<JobId> ended = new ArrayList<>();
                        try (var row = statement.executeQuery()) {
                            while (row.next()) {
                                ended.add(new JobId(row.getObject(1, UUID.class)));
                            }
                        }
                        return ended;
                    }
                });
    }

    /**
     * Why the last submission under this id was not accepted; says nothing about a job of that id.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Rejection> rejection(JobId id) {
        return database.transaction(
                () -> {
                    @Nullable RejectionRow row = RejectionRow.findById(id.value());
                    return Optional.ofNullable(row)
                            .map(
                                    r ->
                                            new Rejection(
                                                    id,
                                                    new String(r.errors, StandardCharsets.UTF_8),
                                                    r.rejectedAt));
                });
    }

    /** The result is read after the state: a job seen as ended has its result committed with it. */
    static Job withResult(JobRow row) {
        return row.toJob(row.finishedAt == null ? null : ResultRow.findById(row.id));
    }
}
