package dev.kiln.cli.report;

import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Table;
import org.jspecify.annotations.Nullable;

/** Many jobs, a row each. */
public final class JobTable {

    private static final String NONE = "-";

    private final Table table =
            new Table("JOB", "LANGUAGE", "STATE", "WHY IT ENDED", "EXIT", "TIME", "OUTPUT");

    /**
     * Adds a job.
     *
     * @param job as last seen; null when the server never knew it
     */
    public void add(String name, String language, @Nullable PolledJob job) {
        if (job == null) {
            table.add(name, language, "UNKNOWN", NONE, NONE, NONE, "");
            return;
        }
        table.add(
                name,
                language,
                job.state(),
                job.why(),
                job.exitCode().isPresent() ? String.valueOf(job.exitCode().getAsInt()) : NONE,
                job.ran().map(Spans::of).orElse(NONE),
                outputLine(job));
    }

    /**
     * The first line that the program wrote; or its last complaint, which is where a traceback says
     * what is wrong.
     */
    private static String outputLine(PolledJob job) {
        return job.stdout()
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .or(
                        () ->
                                job.stderr()
                                        .lines()
                                        .filter(line -> !line.isBlank())
                                        .reduce((before, last) -> last))
                .orElse("");
    }

    /** For a terminal of this width. */
    public String render(int columns) {
        return table.render(columns);
    }
}
