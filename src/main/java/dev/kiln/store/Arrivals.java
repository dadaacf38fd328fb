package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The submissions that this process is inserting at this moment. An insert sees what others have
 * committed, and so two at once would give a tenant's jobs the same turns; each is told here how
 * many are before it.
 *
 * <p>So the nth of a tenant's jobs never has a turn before the nth, if one process inserts them
 * all: whatever came before it is either still counted here, or was committed before this insert
 * looks. Two may have the same turn, after one that nobody has. With several processes a tenant
 * that submits to all of them at once may have as many jobs in a turn as there are processes.
 */
@ApplicationScoped
class Arrivals {
    /** The jobs of a tenant at a priority take their turns one after another. */
    private record Line(String tenant, int priority) {
        static Line of(Submission submission) {
            var placement = submission.spec().placement();
            return new Line(placement.tenant(), placement.priority());
        }
    }

    private final Map<Line, Integer> underWay = new ConcurrentHashMap<>();

    /** The submissions of one insert, from before it until after its commit. */
    final class Arriving implements AutoCloseable {
        private final Map<Line, Integer> jobs = new HashMap<>();
        private final Map<JobId, Integer> ahead = new HashMap<>();

        private Arriving(List<Submission> submissions) {
            submissions.forEach(s -> jobs.merge(Line.of(s), 1, Integer::sum));
            Map<Line, Integer> next = new HashMap<>();
            jobs.forEach((line, n) -> next.put(line, underWay.merge(line, n, Integer::sum) - n));
            for (Submission s : submissions) {
                ahead.put(s.id(), next.merge(Line.of(s), 1, Integer::sum) - 1);
            }
        }

        /** How many jobs of its tenant and priority come before this one, of all under way here. */
        int ahead(JobId job) {
            return ahead.getOrDefault(job, 0);
        }

        @Override
        public void close() {
            jobs.forEach(
                    (line, n) ->
                            underWay.computeIfPresent(
                                    line,
                                    (_, all) -> all.equals(n) ? null : Integer.valueOf(all - n)));
        }
    }

    /** Counts these in until it is closed. */
    Arriving of(List<Submission> submissions) {
        return new Arriving(submissions);
    }
}
