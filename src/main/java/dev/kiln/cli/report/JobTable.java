package dev.kiln.cli.report;

import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Table;
import java.util.stream.Stream;
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
     * what is wrong; or its compiler's first.
     */
    private static String outputLine(PolledJob job) {
        return lines(job.stdout())
                .findFirst()
                .or(() -> lines(job.stderr()).reduce((before, last) -> last))
                .or(() -> lines(job.compilerOutput()).findFirst())
                .orElse("");
    }

    private static Stream<String> lines(String text) {
        return text.lines().filter(line -> !line.isBlank());
    }

    /** For a terminal of this width. */
    public String render(int columns) {
        return table.render(columns);
    }
}
