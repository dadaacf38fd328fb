package dev.kiln.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Completion;
import dev.kiln.job.ResultSummary;
import dev.kiln.wire.JobFacts;
import dev.kiln.wire.ResultJson;
import dev.kiln.wire.WireJson;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The event that a job has come to its end: CloudEvents 1.0 in the structured JSON format;
 * schemas/completion.schema.json describes it. It carries verdict, usage and sizes but not the
 * output, which is polled.
 */
public final class CompletionEvent {
    /** The media type of {@link #of}, for the record's {@code content-type} header. */
    public static final String MEDIA_TYPE = "application/cloudevents+json";

    public static final String TYPE = "dev.kiln.job.completed";
    public static final String SOURCE = "/kiln";

    private CompletionEvent() {}

    /**
     * The event as UTF-8. Its id is the job's id and the epoch in which it ended, by which
     * consumers tell the rare second delivery.
     */
    public static byte[] of(Completion completion) {
        var event = WireJson.object();
        event.put("specversion", "1.0");
        event.put("id", id(completion));
        event.put("source", SOURCE);
        event.put("type", TYPE);
        event.put("subject", completion.job().toString());
        event.put("time", WireJson.time(completion.end().at()));
        event.put("datacontenttype", "application/json");
        event.set("data", data(completion));
        return WireJson.bytes(event);
    }

    /** The event's id, the same by whatever way it goes out. */
    public static String id(Completion completion) {
        return completion.job() + "/" + completion.epoch();
    }

    private static ObjectNode data(Completion completion) {
        var end = completion.end();
        var data = WireJson.object();
        data.put("job_id", completion.job().toString());
        data.put("tenant", completion.tenant());
        data.put("batch", completion.batch());
        data.put("state", end.state());
        data.put("attempt", completion.attempt());
        data.put("submitted_at", WireJson.time(completion.submittedAt()));
        data.put("started_at", WireJson.time(startedAt(end)));
        data.put("finished_at", WireJson.time(end.at()));
        data.put("reason", reason(end));
        var result = result(end);
        data.set("result", result == null ? null : ResultJson.summary(result));
        return data;
    }

    private static @Nullable Instant startedAt(Completion.End end) {
        return end instanceof Completion.End.Finished done ? done.startedAt() : null;
    }

    private static @Nullable String reason(Completion.End end) {
        return switch (end) {
            case Completion.End.Abandoned abandoned -> abandoned.reason();
            case Completion.End.Expired expired -> JobFacts.missed(expired.deadline());
            case Completion.End.Finished _, Completion.End.Cancelled _ -> null;
        };
    }

    private static @Nullable ResultSummary result(Completion.End end) {
        return switch (end) {
            case Completion.End.Finished done -> done.result();
            case Completion.End.Cancelled cancelled -> cancelled.partial();
            case Completion.End.Abandoned _, Completion.End.Expired _ -> null;
        };
    }
}
