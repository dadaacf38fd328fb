package dev.kiln.store;

import dev.kiln.job.Artifact;
import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The contents of the files that programs left behind. */
@ApplicationScoped
public class ArtifactStore {
    private static final String INSERT =
            "insert into artifact (job_id, path, bytes, sha256, content, object_key) values (?, ?, ?, ?, ?, ?)";

    private static final String CONTENT =
            "select bytes, sha256, content, object_key from artifact where job_id = ? and path = ?";

    private final Database database;

    ArtifactStore(Database database) {
        this.database = database;
    }

    /** Writes those of several jobs with their results, in their transaction. */
    static void insert(Connection connection, List<Finish> finishes) throws SQLException {
        if (finishes.stream().allMatch(each -> each.result().artifacts().files().isEmpty())) {
            return;
        }
        try (var statement = connection.prepareStatement(INSERT)) {
            for (Finish finish : finishes) {
                for (Artifact artifact : finish.result().artifacts().files()) {
                    statement.setObject(1, finish.id());
                    statement.setString(2, artifact.path());
                    statement.setLong(3, artifact.bytes());
                    statement.setBytes(4, HexFormat.of().parseHex(artifact.sha256()));
                    statement.setBytes(5, artifact.content());
                    statement.setString(6, artifact.key());
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
    }

    /**
     * One of them with its content, or with the object that has it.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Artifact> find(JobId job, String path) {
        // Postgres has no such text; it would take the question for an error.
        if (path.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(CONTENT)) {
                        statement.setObject(1, job.value());
                        statement.setString(2, path);
                        try (var row = statement.executeQuery()) {
                            return row.next()
                                    ? Optional.of(
                                            new Artifact(
                                                    path,
                                                    row.getLong(1),
                                                    HexFormat.of().formatHex(row.getBytes(2)),
                                                    row.getBytes(3),
                                                    row.getString(4)))
                                    : Optional.empty();
                        }
                    }
                });
    }
}
