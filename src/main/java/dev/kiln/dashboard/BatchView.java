package dev.kiln.dashboard;

import dev.kiln.dashboard.JobView.Fact;
import dev.kiln.store.Batch;
import dev.kiln.store.BatchStore.Standing;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A batch as its page shows it.
 *
 * @param progress in words
 * @param most how many jobs it has or is to have, 1 at least
 * @param states how many jobs are in which
 * @param causes why how many of its programs ended
 */
record BatchView(
        String tenant,
        String name,
        String progress,
        long ended,
        long most,
        List<Fact> facts,
        List<Fact> states,
        List<Fact> causes) {
    BatchView {
        facts = List.copyOf(facts);
        states = List.copyOf(states);
        causes = List.copyOf(causes);
    }

    static BatchView of(String tenant, String name, Batch batch, Standing standing) {
        long all = Math.max(batch.jobs(), standing.size() == null ? 0 : standing.size());
        return new BatchView(
                tenant,
                name,
                "%s of %s ended, %s succeeded"
                        .formatted(
                                Words.number(batch.ended()),
                                Words.number(all),
                                Words.number(batch.succeeded())),
                batch.ended(),
                Math.max(1, all),
                List.of(
                        new Fact("Tenant", tenant),
                        new Fact("First submitted", Words.moment(batch.firstSubmittedAt())),
                        new Fact("Last ended", Words.moment(batch.lastFinishedAt())),
                        new Fact("Closed", Words.moment(standing.closedAt())),
                        new Fact("Complete", Words.moment(standing.completedAt()))),
                counts(batch.states()),
                counts(batch.causes()));
    }

    private static List<Fact> counts(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .map(e -> new Fact(Words.name(e.getKey()), Words.number(e.getValue())))
                .toList();
    }
}
