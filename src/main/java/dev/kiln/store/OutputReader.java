package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what was kept of a job's output, without the rest of its result. A result is written once
 * and never changes, so that its pieces may be read one after the other.
 */
@ApplicationScoped
public class OutputReader {
    /** What of a job has output. */
    public enum Source {
        STDOUT("stdout"),
        STDERR("stderr"),
        /** The compiler, on both of its streams. */
        COMPILER("compile_output");

        private final String column;

        Source(String column) {
            this.column = column;
        }
    }

    /** What there is of a job's output. */
    public sealed interface Outcome {
        /** There is no such job. */
        record Unknown() implements Outcome {}

        /** The job is in this state and has no result. */
        record NoResult(String state) implements Outcome {}

        /** It has a result, and no compiler was run. */
        record NoCompiler() implements Outcome {}

        /**
         * There is output.
         *
         * @param kept how many bytes of it were kept
         * @param produced how many were written in all; at least {@code kept}
         * @param sha256 of the bytes that were kept, 64 lower-case hexadecimal digits
         * @param key the object that they are in; null when they are in the database
         */
        record Output(long kept, long produced, String sha256, @Nullable String key)
                implements Outcome {}
    }

    private final Database database;
    private final Map<Source, String> describe =
            statements(
                    """
                    select job.state, r.job_id is not null as result, octet_length(r.%1$s) as kept,
                           r.%1$s_bytes as produced, sha256(r.%1$s) as hash, r.objects
                      from job left join execution_result r on r.job_id = job.id
                     where job.id = ?
                    """);
    private final Map<Source, String> slice =
            statements(
                    "select substring(%1$s from ? for ?) from execution_result where job_id = ?");

    OutputReader(Database database) {
        this.database = database;
    }

    private static Map<Source, String> statements(String template) {
        return Arrays.stream(Source.values())
                .collect(
                        Collectors.toMap(
                                Function.identity(),
                                source -> template.formatted(source.column),
                                (a, _) -> a,
                                () -> new EnumMap<>(Source.class)));
    }

    /**
     * What there is, without the bytes.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Outcome describe(JobId job, Source source) {
        return database.sql(connection -> describe(connection, job, source));
    }

    private Outcome describe(Connection connection, JobId job, Source source) throws SQLException {
        try (var statement = connection.prepareStatement(describe.get(source))) {
            statement.setObject(1, job.value());
            try (var row = statement.executeQuery()) {
                return row.next() ? outcome(row, source) : new Outcome.Unknown();
            }
        }
    }

    private static Outcome outcome(ResultSet row, Source source) throws SQLException {
        if (!row.getBoolean("result")) {
            return new Outcome.NoResult(row.getString("state"));
        }
        var objects = ObjectsJson.ofBytes(row.getBytes("objects"));
        var stored =
                switch (source) {
                    case STDOUT -> objects.stdout();
                    case STDERR -> objects.stderr();
                    case COMPILER -> null;
                };
        if (stored != null) {
            return new Outcome.Output(
                    stored.bytes(), row.getLong("produced"), stored.sha256(), stored.key());
        }
        byte[] hash = row.getBytes("hash");
        return hash == null
                ? new Outcome.NoCompiler()
                : new Outcome.Output(
                        row.getLong("kept"),
                        row.getLong("produced"),
                        HexFormat.of().formatHex(hash),
                        null);
    }

    /**
     * Some of the bytes of an {@link Outcome.Output} that is in the database; empty when the job
     * has gone meanwhile.
     *
     * @param from the first byte's place, from 0
     * @param length how many at most, zero or more
     * @throws StoreUnavailable when the same call may succeed later
     */
    public byte[] read(JobId job, Source source, long from, long length) {
        int first = Math.toIntExact(from + 1);
        int count = Math.toIntExact(length);
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(slice.get(source))) {
                        statement.setInt(1, first);
                        statement.setInt(2, count);
                        statement.setObject(3, job.value());
                        return bytes(statement);
                    }
                });
    }

    private static byte[] bytes(PreparedStatement statement) throws SQLException {
        try (var row = statement.executeQuery()) {
            return row.next() ? row.getBytes(1) : new byte[0];
        }
    }
}
