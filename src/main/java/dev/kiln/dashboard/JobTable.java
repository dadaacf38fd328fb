package dev.kiln.dashboard;

import dev.kiln.job.Termination;
import dev.kiln.store.ListedJob;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of the list of jobs.
 *
 * @param filter what was asked for, by parameter, as it was written
 * @param labels those that were asked for
 * @param trouble what is wrong with what was asked for; empty when nothing is
 * @param rows the jobs
 * @param next where the next page is; null when there is none
 */
record JobTable(
        Map<String, String> filter,
        List<String> labels,
        String trouble,
        List<Row> rows,
        @Nullable String next) {
    private static final List<String> STATES =
            List.of("QUEUED", "RUNNING", "FINISHED", "CANCELLED", "ABANDONED", "EXPIRED");

    JobTable {
        filter = Map.copyOf(filter);
        labels = List.copyOf(labels);
        rows = List.copyOf(rows);
    }

    /** What a filter was set to; empty when it was not. */
    public String value(String parameter) {
        return filter.getOrDefault(parameter, "");
    }

    /** The first of the labels. */
    public String label() {
        return labels.isEmpty() ? "" : labels.getFirst();
    }

    /** The others. */
    public List<String> moreLabels() {
        return labels.stream().skip(1).toList();
    }

    public List<Choice> states() {
        return STATES.stream().map(s -> new Choice(s, s, s.equals(value("state")))).toList();
    }

    public List<Choice> causes() {
        return Arrays.stream(Termination.values())
                .map(Termination::wireName)
                .map(c -> new Choice(c, Words.name(c), c.equals(value("cause"))))
                .toList();
    }

    /** Something to choose. */
    record Choice(String value, String name, boolean chosen) {}

    /** A job. */
    record Row(
            String id,
            String state,
            String tone,
            String verdict,
            String language,
            String tenant,
            @Nullable String batch,
            int priority,
            String submitted,
            String took,
            String worker) {
        static Row of(ListedJob job) {
            String verdict =
                    job.exitCode() == null
                            ? Words.name(job.cause())
                            : "%s, %d".formatted(Words.name(job.cause()), job.exitCode());
            return new Row(
                    job.id().toString(),
                    job.state(),
                    Tones.of(job.state(), job.success()),
                    verdict,
                    job.language(),
                    job.tenant(),
                    job.batch(),
                    job.priority(),
                    Words.moment(job.submittedAt()),
                    Words.millis(job.durationMs()),
                    Words.or(job.worker()));
        }
    }
}
