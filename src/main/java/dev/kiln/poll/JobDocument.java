package dev.kiln.poll;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.store.Attempt;
import dev.kiln.store.Rejection;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import dev.kiln.wire.JobFacts;
import dev.kiln.wire.ResultJson;
import dev.kiln.wire.WireJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The document that polling a job id answers with; schemas/job.schema.json describes it. */
public final class JobDocument {
    /** The state of an id whose submission was refused: no job, so not a state of one. */
    public static final String REJECTED = "REJECTED";

    private JobDocument() {}

    /**
     * A job as it stands. Every member is there in every state, so that clients need not ask
     * whether it is.
     */
    public static ObjectNode of(Job job) {
        return of(job, null);
    }

    /**
     * As {@link #of(Job)}.
     *
     * @param waitingFor why no live worker can run it, when none can
     */
    public static ObjectNode of(Job job, @Nullable String waitingFor) {
        var facts = JobFacts.of(job.state());
        var json = WireJson.object();
        json.put("id", job.id().toString());
        json.put("state", job.state().name());
        json.put("submitted_at", WireJson.time(job.submittedAt()));
        json.put("started_at", WireJson.time(facts.startedAt()));
        json.put("finished_at", WireJson.time(facts.finishedAt()));
        json.put("expires_at", WireJson.time(job.expiresAt()));
        json.put("attempt", job.attempt());
        json.put("worker", facts.worker());
        json.put("reason", facts.reason());
        json.put("waiting_for", waitingFor);
        json.put("rerun_of", job.rerunOf() == null ? null : job.rerunOf().toString());
        json.set("result", facts.result() == null ? null : ResultJson.full(facts.result()));
        return json;
    }

    /** The attempts at a job that came to nothing, in the order given. */
    public static ObjectNode of(JobId id, List<Attempt> attempts) {
        var json = WireJson.object().put("id", id.toString());
        var list = json.putArray("attempts");
        for (Attempt attempt : attempts) {
            list.addObject()
                    .put("epoch", attempt.epoch())
                    .put("worker", attempt.worker())
                    .put("started_at", WireJson.time(attempt.startedAt()))
                    .put("ended_at", WireJson.time(attempt.endedAt()))
                    .put("counted", attempt.counted())
                    .put("fault", attempt.fault());
        }
        return json;
    }

    /** A submission that was refused. */
    public static ObjectNode of(Rejection rejection) {
        List<FieldError> errors = FieldErrors.fromJson(rejection.reason());
        var json = WireJson.object();
        json.put("id", rejection.id().toString());
        json.put("state", REJECTED);
        json.put("reason", FieldErrors.inWords(errors));
        var list = json.putArray("errors");
        for (FieldError error : errors) {
            list.addObject().put("pointer", error.pointer()).put("message", error.message());
        }
        json.put("rejected_at", WireJson.time(rejection.at()));
        return json;
    }
}
