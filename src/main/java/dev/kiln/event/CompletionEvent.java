package dev.kiln.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Job;
import dev.kiln.wire.JobFacts;
import dev.kiln.wire.ResultJson;
import dev.kiln.wire.WireJson;
import java.time.Instant;

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
     * The event as UTF-8.
     *
     * @param epoch the job's epoch when it ended: together with the job's id it makes the event's
     *     id, by which consumers tell the rare second delivery
     * @throws IllegalArgumentException when the job has not ended
     */
    public static byte[] of(Job job, long epoch) {
        var facts = JobFacts.of(job.state());
        Instant finishedAt = facts.finishedAt();
        if (!job.state().terminal() || finishedAt == null) {
            throw new IllegalArgumentException(
                    "job has not ended: " + job.id() + " is " + job.state().name());
        }
        var event = WireJson.object();
        event.put("specversion", "1.0");
        event.put("id", job.id() + "/" + epoch);
        event.put("source", SOURCE);
        event.put("type", TYPE);
        event.put("subject", job.id().toString());
        event.put("time", WireJson.time(finishedAt));
        event.put("datacontenttype", "application/json");
        event.set("data", data(job, facts));
        return WireJson.bytes(event);
    }

    private static ObjectNode data(Job job, JobFacts facts) {
        var data = WireJson.object();
        data.put("job_id", job.id().toString());
        data.put("tenant", job.tenant());
        data.put("batch", job.batch());
        data.put("state", job.state().name());
        data.put("attempt", job.attempt());
        data.put("submitted_at", WireJson.time(job.submittedAt()));
        data.put("started_at", WireJson.time(facts.startedAt()));
        data.put("finished_at", WireJson.time(facts.finishedAt()));
        data.put("reason", facts.reason());
        data.set("result", facts.result() == null ? null : ResultJson.summary(facts.result()));
        return data;
    }
}
