package dev.kiln.store;

import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers what became of a job. */
@ApplicationScoped
public class JobReader {
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
