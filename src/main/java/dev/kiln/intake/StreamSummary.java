package dev.kiln.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.problem.ProblemType;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The lines of a streamed batch's answer, and what they come to. */
final class StreamSummary {
    /** More are not told; a request with so many is about something else. */
    private static final int MOST_BATCHES = 100;

    /**
     * Why a stream ends before its last line.
     *
     * @param again the first line that may not have become a job
     */
    record Stopped(ProblemType type, String detail, long again) {}

    private record Name(String tenant, String batch) {}

    private final Map<Name, Long> batches = new LinkedHashMap<>();
    private final Set<Name> closed = new HashSet<>();
    private long accepted;
    private long known;
    private long refused;

    /** Whether some lines did not become jobs. */
    boolean anyRefused() {
        return refused > 0;
    }

    /** Those whose jobs are in the batch. */
    Set<String> tenants(String batch) {
        var tenants = new TreeSet<String>();
        batches.keySet().stream()
                .filter(name -> name.batch().equals(batch))
                .forEach(name -> tenants.add(name.tenant()));
        return tenants;
    }

    void closed(String tenant, String batch) {
        closed.add(new Name(tenant, batch));
    }

    /** A line that is a job. By hand: there may be millions, and nothing in it needs an escape. */
    byte[] taken(long line, Submission submission, boolean wasKnown) {
        if (wasKnown) {
            known++;
        } else {
            accepted++;
        }
        var place = submission.spec().placement();
        if (place.batch() != null) {
            var name = new Name(place.tenant(), place.batch());
            if (batches.size() < MOST_BATCHES || batches.containsKey(name)) {
                batches.merge(name, 1L, Long::sum);
            }
        }
        return ascii(line, submission.id(), wasKnown ? ",\"known\":true}\n" : "}\n");
    }

    private static byte[] ascii(long line, JobId id, String end) {
        return ("{\"line\":" + line + ",\"id\":\"" + id + "\"" + end)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A line that is none. */
    byte[] refused(long line, List<FieldError> errors) {
        refused++;
        var json = WireJson.object().put("line", line);
        var fields = json.putArray("errors");
        errors.stream()
                .limit(BatchAnswer.ERRORS_PER_ENTRY)
                .forEach(
                        e ->
                                fields.addObject()
                                        .put("pointer", e.pointer())
                                        .put("message", e.message()));
        return line(json);
    }

    /** The last line, without which an answer is not whole. */
    byte[] end(@Nullable Stopped stopped) {
        var json = WireJson.object().put("done", stopped == null);
        json.put("accepted", accepted).put("known", known).put("refused", refused);
        var list = json.putArray("batches");
        batches.forEach(
                (name, jobs) ->
                        list.addObject()
                                .put("batch", name.batch())
                                .put("tenant", name.tenant())
                                .put("jobs", jobs)
                                .put("closed", closed.contains(name)));
        if (stopped != null) {
            json.put("send_again_from", stopped.again());
            json.put("type", stopped.type().uri()).put("detail", stopped.detail());
        }
        return line(json);
    }

    private static byte[] line(ObjectNode json) {
        return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
