package dev.kiln.intake;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How the doors say no. */
final class Refusals {
    static final FieldError CONFLICT =
            new FieldError(
                    "/id", "belongs to a job with another body: give a new job an id of its own");
    static final FieldError UNKNOWN_CONTEXT =
            new FieldError(
                    "/context/sha256",
                    "names no context that its tenant has here: send it with PUT /v1/contexts/{sha256}, then this again");
    static final FieldError OTHER_TENANT =
            new FieldError("/tenant", "is not the tenant of this job: nothing was cancelled");
    static final FieldError RETIRED =
            new FieldError(
                    "/id",
                    "is that of a job that was removed, its time to be kept being over: to run this again give it another id");
    static final FieldError TOO_OLD =
            new FieldError(
                    "",
                    "the record is older than Kiln remembers which jobs it had (kiln.retention.remember-ids): send it again, under another id if it may have run before");
    static final FieldError FOREIGN_TENANT =
            new FieldError(
                    "/tenant",
                    "is not the tenant that this key, or this topic, speaks for: leave it out");
    static final FieldError UNSTORABLE =
            new FieldError("", "the database refuses the content of this document");
    static final FieldError BATCH_CLOSED =
            new FieldError(
                    "/batch",
                    "is closed and takes no more jobs: give new jobs a batch of their own");
    static final FieldError BATCH_SIZE =
            new FieldError(
                    "/batch_size",
                    "contradicts the batch: another size was given before, or as many jobs are there already (GET /v1/batches/{batch} tells)");
    static final FieldError OTHER_LINE =
            new FieldError(
                    "",
                    "another document came before on this line under this Idempotency-Key: give a new request a key of its own");
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    /** Queues drain in minutes: to ask every second would only add load. */
    private static final int RETRY_WHEN_FULL_SECONDS = 5;

    private Refusals() {}

    /** Ends a request whose document is no valid job. */
    static ProblemException invalid(List<FieldError> errors) {
        var type =
                errors.contains(FOREIGN_TENANT)
                        ? ProblemType.FOREIGN_TENANT
                        : ProblemType.INVALID_JOB;
        return new ProblemException(
                Problem.of(type, FieldErrors.inWords(errors), problems(errors)));
    }

    /** Why the outcome is a refusal; null when the submission is a job. */
    static @Nullable FieldError why(Admission.Outcome outcome) {
        return switch (outcome) {
            case Admission.Outcome.Accepted _, Admission.Outcome.AlreadyKnown _ -> null;
            case Admission.Outcome.Conflict _ -> CONFLICT;
            case Admission.Outcome.UnknownContext _ -> UNKNOWN_CONTEXT;
            case Admission.Outcome.Retired _ -> RETIRED;
            case Admission.Outcome.BatchClosed _ -> BATCH_CLOSED;
            case Admission.Outcome.BatchSize _ -> BATCH_SIZE;
            case Admission.Outcome.Unstorable _ -> UNSTORABLE;
        };
    }

    /** Ends a request whose document is a valid job that its batch does not take. */
    static ProblemException notInBatch(FieldError why) {
        return new ProblemException(
                Problem.of(
                        ProblemType.CLOSED_BATCH,
                        FieldErrors.inWords(List.of(why)),
                        problems(List.of(why))));
    }

    static List<Problem.FieldProblem> problems(List<FieldError> errors) {
        return errors.stream()
                .map(e -> new Problem.FieldProblem(e.pointer(), e.message()))
                .toList();
    }

    /** As many jobs wait as the site takes: nothing of the request was taken. */
    static Response queueFull() {
        var problem =
                Problem.of(
                        ProblemType.QUEUE_FULL,
                        "as many jobs are queued as this site takes (kiln.intake.max-queued): send the same request again later");
        return Response.fromResponse(problem.response())
                .header(HttpHeaders.RETRY_AFTER, RETRY_WHEN_FULL_SECONDS)
                .build();
    }

    /**
     * The database cannot be reached: the client's own copy is the only one, so it must know that
     * it was not taken.
     */
    static Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=submission not taken: %s", e.getMessage());
        return Problem.unavailable(
                "the database cannot be reached: send the same request again later");
    }
}
