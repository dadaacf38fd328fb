package dev.kiln.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An attempt that came to nothing. */
record AttemptFacts(String job, long epoch, boolean counted, String fault, Instant endedAt) {
    private static final Pattern SILENT = Pattern.compile("worker (\\S+) fell silent");
    private static final Pattern CONTAINER = Pattern.compile("\\(container (\\w{12})\\)$");

    static List<AttemptFacts> all(Connection connection) throws SQLException {
        List<AttemptFacts> attempts = new ArrayList<>();
        try (var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "select job_id, epoch, counted, fault, ended_at from job_attempt")) {
            while (row.next()) {
                attempts.add(
                        new AttemptFacts(
                                row.getString(1),
                                row.getLong(2),
                                row.getBoolean(3),
                                row.getString(4),
                                row.getObject(5, OffsetDateTime.class).toInstant()));
            }
        }
        return attempts;
    }

    /** Whether something that was done on purpose, and that may cost an attempt, explains it. */
    boolean isExplained(Journal journal) {
        Matcher silent = SILENT.matcher(fault);
        if (silent.matches()) {
            return journal.wasSilenced(silent.group(1), endedAt);
        }
        Matcher container = CONTAINER.matcher(fault);
        return fault.equals("scripted")
                || journal.wasStruck(job)
                || (container.find() && journal.wasContainerStruck(container.group(1)));
    }
}
