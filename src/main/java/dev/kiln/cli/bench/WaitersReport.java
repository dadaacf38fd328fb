package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Table;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What the benchmark of waiting found.
 *
 * @param waiters how many waited at once
 * @param failed how many of them did not hear of the job's end
 * @param early how many were answered before it
 * @param resident by how many bytes the server's resident memory grew
 * @param heap by how many its live objects did; nothing where it cannot be asked
 * @param took from the request that ended the job to the last answer
 */
record WaitersReport(
        int waiters, int failed, long early, long resident, OptionalLong heap, Duration took)
        implements Report {

    private static final double KIB = 1024;

    @Override
    public long failures() {
        return failed + early;
    }

    /** What one of them has of so many bytes, in KiB. */
    private double each(long bytes) {
        return Figures.round(bytes / KIB / waiters, 1);
    }

    @Override
    public String inWords(int columns) {
        var table = new Table("WAITERS", String.valueOf(waiters));
        heap.ifPresent(bytes -> table.add("heap of the server, each", each(bytes) + " KiB"));
        table.add("resident memory of the server, each", each(resident) + " KiB");
        table.add("answered before the end", String.valueOf(early));
        table.add("not answered", String.valueOf(failed));
        table.add("from the job's end to the last answer", Spans.of(took));
        return table.render(columns);
    }

    @Override
    public ObjectNode json() {
        var json =
                Json.object()
                        .put("waiters", waiters)
                        .put("failed", failed)
                        .put("answered_early", early)
                        .put("resident_bytes", resident);
        heap.ifPresent(bytes -> json.put("heap_bytes", bytes));
        return json.put("all_answered_ms", took.toMillis());
    }
}
