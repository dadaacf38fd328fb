package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.store.SubmissionStore.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the batches of submissions say to them, held to until the end of the transaction. Costs
 * nothing where no job has a batch, and one statement where the batches are there and have no size.
 *
 * <p>A batch without a size is locked together with all others who insert into it, one with a size
 * alone, since its jobs are counted. A size that comes between the look and the lock makes two
 * inserts at once a deadlock, which the database breaks and the callers repeat.
 */
final class BatchGate {
    /**
     * In the order in which they are given, so that two inserts do not wait for each other; each
     * looked up by its name, whatever the planner thinks of the number of batches.
     */
    private static final String LOCK_TOGETHER =
            """
            select b.*
              from unnest(?::text[], ?::text[]) as a (tenant, name)
             cross join lateral (select tenant, name, closed_at is not null as closed, size, jobs
                                   from batch
                                  where batch.tenant = a.tenant and batch.name = a.name and size is null
                                    for share) b
            """;

    private static final String MAKE =
            """
            insert into batch (tenant, name)
            select tenant, name from unnest(?::text[], ?::text[]) as a (tenant, name)
            on conflict do nothing
            """;

    private static final String LOCK_ALONE =
            """
            select b.*
              from unnest(?::text[], ?::text[]) as a (tenant, name)
             cross join lateral (select tenant, name, closed_at is not null as closed, size, jobs
                                   from batch
                                  where batch.tenant = a.tenant and batch.name = a.name
                                    for no key update) b
            """;

    private static final String JOBS = "select count(*) from job where tenant = ? and batch = ?";

    private static final String KNOWN = "select id from job where id = any (?::uuid[])";

    /** The last job that was to come closes the batch. */
    private static final String COUNT =
            """
            update batch set size = ?, jobs = ?, closed_at = case when ? then coalesce(closed_at, now()) else closed_at end
             where tenant = ? and name = ?
            """;

    /** A batch belongs to its tenant. */
    private record Name(String tenant, String batch) implements Comparable<Name> {
        private static final Comparator<Name> ORDER =
                Comparator.comparing(Name::tenant).thenComparing(Name::batch);

        static @Nullable Name of(Submission submission) {
            var place = submission.spec().placement();
            return place.batch() == null ? null : new Name(place.tenant(), place.batch());
        }

        @Override
        public int compareTo(Name other) {
            return ORDER.compare(this, other);
        }
    }

    /** A batch as it was when it was locked; both numbers are null where it has no size. */
    private record Held(boolean closed, @Nullable Integer size, @Nullable Integer jobs) {}

    private final Map<Name, Held> held;
    private final Map<JobId, Outcome> refused = new HashMap<>();

    private BatchGate(Map<Name, Held> held) {
        this.held = held;
    }

    /**
     * Locks the batches and asks them.
     *
     * @param submissions with distinct ids, in their order
     */
    static BatchGate enter(Connection connection, List<Submission> submissions)
            throws SQLException {
        Map<Name, List<Submission>> joining = new TreeMap<>();
        for (Submission submission : submissions) {
            var name = Name.of(submission);
            if (name != null) {
                joining.computeIfAbsent(name, _ -> new ArrayList<>()).add(submission);
            }
        }
        if (joining.isEmpty()) {
            return new BatchGate(Map.of());
        }
        var gate = new BatchGate(lock(connection, joining));
        for (var batch : joining.entrySet()) {
            gate.ask(connection, batch.getKey(), batch.getValue());
        }
        return gate;
    }

    private static Map<Name, Held> lock(Connection connection, Map<Name, List<Submission>> joining)
            throws SQLException {
        var together =
                joining.entrySet().stream()
                        .filter(batch -> sizeOf(batch.getValue()) == null)
                        .map(Map.Entry::getKey)
                        .toList();
        Map<Name, Held> held = new HashMap<>();
        if (!together.isEmpty()) {
            held.putAll(lock(connection, LOCK_TOGETHER, together));
        }
        var alone = joining.keySet().stream().filter(name -> !held.containsKey(name)).toList();
        if (!alone.isEmpty()) {
            try (var statement = connection.prepareStatement(MAKE)) {
                names(statement, alone);
                statement.executeUpdate();
            }
            held.putAll(lock(connection, LOCK_ALONE, alone));
        }
        return held;
    }

    /** The first size that any of them gives. */
    private static @Nullable Integer sizeOf(List<Submission> joining) {
        return joining.stream()
                .map(s -> s.spec().placement().batchSize())
                .filter(size -> size != null)
                .findFirst()
                .orElse(null);
    }

    private static Map<Name, Held> lock(Connection connection, String lock, List<Name> names)
            throws SQLException {
        Map<Name, Held> held = new HashMap<>();
        try (var statement = connection.prepareStatement(lock)) {
            names(statement, names);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    held.put(
                            new Name(row.getString("tenant"), row.getString("name")),
                            new Held(
                                    row.getBoolean("closed"),
                                    row.getObject("size", Integer.class),
                                    row.getObject("jobs", Integer.class)));
                }
            }
        }
        return held;
    }

    private static void names(PreparedStatement statement, List<Name> names) throws SQLException {
        var columns = new ArrayColumns<>(statement, names);
        columns.texts(Name::tenant);
        columns.texts(Name::batch);
    }

    private void ask(Connection connection, Name name, List<Submission> joining)
            throws SQLException {
        Held batch = held.getOrDefault(name, new Held(false, null, null));
        if (batch.closed()) {
            joining.forEach(s -> refused.put(s.id(), Outcome.BATCH_CLOSED));
            return;
        }
        if (batch.size() == null && sizeOf(joining) == null) {
            return;
        }
        Set<JobId> known = known(connection, joining);
        var fresh = joining.stream().filter(s -> !known.contains(s.id())).toList();
        Integer size = batch.size() == null ? sizeOf(fresh) : batch.size();
        if (size == null) {
            return;
        }
        Integer counted = batch.jobs();
        int jobs = counted == null ? count(connection, name) : counted;
        if (counted == null && size <= jobs) {
            // Too small for what is there: an error of those who give it, and of nobody else.
            fresh.stream()
                    .filter(s -> s.spec().placement().batchSize() != null)
                    .forEach(s -> refused.put(s.id(), Outcome.BATCH_SIZE));
            return;
        }
        held.put(name, new Held(false, size, jobs));
        admit(fresh, size, size - jobs);
    }

    private void admit(List<Submission> fresh, int size, int room) {
        int left = room;
        for (Submission submission : fresh) {
            Integer given = submission.spec().placement().batchSize();
            if (left == 0 || (given != null && given != size)) {
                refused.put(submission.id(), Outcome.BATCH_SIZE);
            } else {
                left--;
            }
        }
    }

    private static int count(Connection connection, Name name) throws SQLException {
        try (var statement = connection.prepareStatement(JOBS)) {
            statement.setString(1, name.tenant());
            statement.setString(2, name.batch());
            try (var row = statement.executeQuery()) {
                row.next();
                return Math.toIntExact(row.getLong(1));
            }
        }
    }

    private static Set<JobId> known(Connection connection, List<Submission> joining)
            throws SQLException {
        Set<JobId> known = new HashSet<>();
        try (var statement = connection.prepareStatement(KNOWN)) {
            new ArrayColumns<>(statement, joining).uuids(s -> s.id().value());
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    known.add(new JobId(row.getObject(1, UUID.class)));
                }
            }
        }
        return known;
    }

    /** Whether the submission may become a job, as far as its batch is concerned. */
    boolean admits(Submission submission) {
        return !refused.containsKey(submission.id());
    }

    /**
     * What is to be said of those that were not admitted and are no jobs either.
     *
     * @param outcomes of all submissions, where what is no job has no better reason yet
     */
    Map<JobId, Outcome> refusals(Map<JobId, Outcome> outcomes) {
        return refused.entrySet().stream()
                .filter(each -> outcomes.get(each.getKey()) == Outcome.UNKNOWN_CONTEXT)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Counts new jobs where their batches have a size, and closes those that are whole. */
    void count(Connection connection, Collection<Submission> accepted) throws SQLException {
        Map<Name, Integer> fresh = new TreeMap<>();
        for (Submission submission : accepted) {
            var name = Name.of(submission);
            if (name != null && held.containsKey(name)) {
                fresh.merge(name, 1, Integer::sum);
            }
        }
        for (var batch : fresh.entrySet()) {
            Held before = held.get(batch.getKey());
            if (before != null && before.size() != null && before.jobs() != null) {
                write(connection, batch.getKey(), before.size(), before.jobs() + batch.getValue());
            }
        }
    }

    private static void write(Connection connection, Name name, int size, int jobs)
            throws SQLException {
        try (var statement = connection.prepareStatement(COUNT)) {
            statement.setInt(1, size);
            statement.setInt(2, jobs);
            statement.setBoolean(3, jobs == size);
            statement.setString(4, name.tenant());
            statement.setString(5, name.batch());
            statement.executeUpdate();
        }
    }
}
