package dev.kiln.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.poll.JobDocument;
import dev.kiln.poll.LongPoll;
import dev.kiln.poll.WaitTime;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.FieldErrors;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The HTTP door for one job. A job is durable, and found by its id, before its answer is sent. */
@Path("/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "submit")
@Requires(value = Right.SUBMIT, queues = true, audit = "job.submit")
public class SubmitResource {
    private static final Logger LOG = Logger.getLogger(SubmitResource.class);

    private final SubmissionReader reader;
    private final Admission admission;
    private final KeyedAdmission keyed;
    private final LongPoll jobs;
    private final Doorkeeper door;
    private final ByteSize max;

    @Inject
    SubmitResource(
            SubmissionReader reader,
            Admission admission,
            KeyedAdmission keyed,
            LongPoll jobs,
            Doorkeeper door,
            IntakeConfig config) {
        this.reader = reader;
        this.admission = admission;
        this.keyed = keyed;
        this.jobs = jobs;
        this.door = door;
        this.max = config.httpMaxDocumentBytes();
    }

    /** Takes one job, and waits for its end where that was asked for. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Submit a job",
            description =
                    "The body is a document as schemas/submission.schema.json describes it. The same document under the same"
                            + " id, or from the same tenant with the same Idempotency-Key, is the same job, however often it is"
                            + " sent. With wait a job that ends in that time is"
                            + " answered as GET /v1/jobs/{id} would.")
    @Parameter(
            name = IdempotencyKey.NAME,
            in = ParameterIn.HEADER,
            description =
                    "The producer's own name for this submission, 1 to 255 printable ASCII characters",
            schema = @Schema(type = SchemaType.STRING))
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples =
                                    @ExampleObject(
                                            name = "hello",
                                            value =
                                                    "{\"language\": \"python\", \"code\": \"print(input())\", \"stdin\": \"hi\\n\"}")))
    @APIResponse(
            responseCode = "202",
            description = "A new job that has not ended; Location is where to poll it",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples =
                                    @ExampleObject(
                                            name = "queued",
                                            value =
                                                    "{\"id\": \"01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee\", \"state\": \"QUEUED\"}")))
    @APIResponse(
            responseCode = "200",
            description =
                    "The same job was submitted before; or, with wait, the job has ended, and this is its document")
    @APIResponse(
            responseCode = "400",
            description = "The job is not valid; errors names each field. Or wait is out of bounds")
    @APIResponse(
            responseCode = "409",
            description =
                    "The id belongs to a job with another body, or the key to another job; or the batch is closed")
    @APIResponse(responseCode = "410", description = "The id is that of a job that was removed")
    @APIResponse(responseCode = "413", description = "The document is too large")
    @APIResponse(
            responseCode = "429",
            description =
                    "As many jobs are queued as the site takes; Retry-After says when to ask again")
    public Response submit(
            @Parameter(
                            description = WaitTime.DESCRIPTION,
                            schema =
                                    @Schema(
                                            type = SchemaType.NUMBER,
                                            minimum = "0",
                                            maximum = "60"))
                    @QueryParam(WaitTime.NAME)
                    @Nullable String wait,
            @Context HttpServerRequest request,
            InputStream body)
            throws IOException, InterruptedException {
        // As they came: the framework would take an empty one for none.
        return submit(wait, request.headers().getAll(IdempotencyKey.NAME), body);
    }

    Response submit(@Nullable String wait, List<String> keys, InputStream body)
            throws IOException, InterruptedException {
        var atMost = WaitTime.parse(wait);
        String key = IdempotencyKey.read(keys);
        if (door.full()) {
            return Refusals.queueFull();
        }
        byte[] document = BoundedBody.read(body, max);
        var origin = door.origin(JobId.next(Instant.now()), null);
        return switch (reader.read(document, origin)) {
            case Reading.Refused(_, var errors) -> throw Refusals.invalid(errors);
            case Reading.Accepted(var submission) -> answer(admit(submission, key, origin), atMost);
        };
    }

    private Admission.Outcome admit(
            Submission submission, @Nullable String key, Origin.Http origin) {
        return key == null
                ? admission.admit(List.of(submission)).getFirst()
                : keyed.admit(submission, key, !submission.id().equals(origin.fresh()));
    }

    private Response answer(Admission.Outcome outcome, Duration atMost)
            throws InterruptedException {
        return switch (outcome) {
            case Admission.Outcome.Accepted(var id) when atMost.isZero() ->
                    answer(Response.Status.ACCEPTED, id, "QUEUED");
            case Admission.Outcome.Accepted(var id) ->
                    answer(Response.Status.ACCEPTED, id, await(id, atMost), atMost);
            case Admission.Outcome.AlreadyKnown(var id) ->
                    answer(Response.Status.OK, id, jobs.find(id, atMost), atMost);
            case Admission.Outcome.Conflict(var id) ->
                    throw new ProblemException(
                            Problem.of(
                                    ProblemType.CONFLICTING_JOB,
                                    "a job with another body has the id " + id,
                                    Refusals.problems(List.of(Refusals.CONFLICT))));
            case Admission.Outcome.BatchClosed _ ->
                    throw Refusals.notInBatch(Refusals.BATCH_CLOSED);
            case Admission.Outcome.BatchSize _ -> throw Refusals.notInBatch(Refusals.BATCH_SIZE);
            case Admission.Outcome.UnknownContext _ ->
                    throw Refusals.invalid(List.of(Refusals.UNKNOWN_CONTEXT));
            case Admission.Outcome.Retired _ ->
                    throw new ProblemException(
                            Problem.of(
                                    ProblemType.JOB_REMOVED,
                                    FieldErrors.inWords(List.of(Refusals.RETIRED)),
                                    Refusals.problems(List.of(Refusals.RETIRED))));
            case Admission.Outcome.Unstorable _ ->
                    throw Refusals.invalid(List.of(Refusals.UNSTORABLE));
        };
    }

    /** That the job is durable is the answer, whatever happens to the database now. */
    private Optional<Job> await(JobId id, Duration atMost) throws InterruptedException {
        try {
            return jobs.findNew(id, atMost);
        } catch (StoreUnavailable e) {
            LOG.debugf(e, "jobId=%s outcome=accepted, its end could not be awaited", id);
            return Optional.empty();
        }
    }

    /** All of it where somebody waited and it has ended, else that it is there. */
    private static Response answer(
            Response.Status status, JobId id, Optional<Job> found, Duration atMost) {
        if (atMost.isPositive() && found.isPresent() && found.get().state().terminal()) {
            return answer(Response.Status.OK, id, JobDocument.of(found.get()));
        }
        // Nothing is found after an outage, or when retention was between the two statements.
        return answer(status, id, found.map(job -> job.state().name()).orElse("QUEUED"));
    }

    private static Response answer(Response.Status status, JobId id, String state) {
        return answer(status, id, WireJson.object().put("id", id.toString()).put("state", state));
    }

    private static Response answer(Response.Status status, JobId id, ObjectNode json) {
        return Response.status(status)
                .header(HttpHeaders.LOCATION, "/v1/jobs/" + id)
                .type(MediaType.APPLICATION_JSON)
                .entity(WireJson.bytes(json))
                .build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
