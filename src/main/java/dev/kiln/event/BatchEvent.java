package dev.kiln.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Termination;
import dev.kiln.store.BatchEnd;
import dev.kiln.wire.WireJson;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The event that a closed batch is complete: CloudEvents 1.0 in the structured JSON format;
 * schemas/batch-completion.schema.json describes it.
 */
final class BatchEvent {
    static final String TYPE = "dev.kiln.batch.completed";

    private static final List<String> ENDS =
            List.of("FINISHED", "CANCELLED", "ABANDONED", "EXPIRED");

    private BatchEvent() {}

    /** Who it is about: the record's key and the event's subject. */
    static String subject(BatchEnd end) {
        return end.tenant() + "/" + end.name();
    }

    /**
     * The event as UTF-8. A batch is completed once, so its name makes the id, by which consumers
     * tell the rare second delivery.
     */
    static byte[] of(BatchEnd end) {
        var event = WireJson.object();
        event.put("specversion", "1.0");
        event.put("id", subject(end) + "/completed");
        event.put("source", CompletionEvent.SOURCE);
        event.put("type", TYPE);
        event.put("subject", subject(end));
        event.put("time", WireJson.time(end.completedAt()));
        event.put("datacontenttype", "application/json");
        event.set("data", data(end));
        return WireJson.bytes(event);
    }

    private static ObjectNode data(BatchEnd end) {
        var jobs = end.jobs();
        var data = WireJson.object();
        data.put("batch", end.name()).put("tenant", end.tenant()).put("size", end.size());
        data.put("jobs", jobs.jobs()).put("succeeded", jobs.succeeded());
        var states = data.putObject("states");
        ENDS.forEach(state -> states.put(state, jobs.states().getOrDefault(state, 0L)));
        var causes = data.putObject("causes");
        Arrays.stream(Termination.values())
                .map(Termination::wireName)
                .forEach(cause -> causes.put(cause, jobs.causes().getOrDefault(cause, 0L)));
        var first = jobs.firstSubmittedAt();
        var last = jobs.lastFinishedAt();
        data.put("submitted_at", WireJson.time(first));
        data.put("finished_at", WireJson.time(last));
        data.put(
                "duration_ms",
                first == null || last == null ? null : Duration.between(first, last).toMillis());
        data.put("closed_at", WireJson.time(end.closedAt()));
        data.put("completed_at", WireJson.time(end.completedAt()));
        return data;
    }
}
