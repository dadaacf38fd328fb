package dev.kiln.intake;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP door for many jobs at once, in one piece. Each document stands for itself: those that
 * are valid are taken, also when others are not. A request that was cut off is sent again as it
 * was; documents with ids of their own are then taken once.
 */
@Path("/v1/batches")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "submit")
@Requires(value = Right.SUBMIT, queues = true, audit = "batch.submit")
public class SubmitBatchResource {
    private final SubmissionReader reader;
    private final Admission admission;
    private final Doorkeeper door;
    private final IntakeConfig config;

    @Inject
    SubmitBatchResource(
            SubmissionReader reader, Admission admission, Doorkeeper door, IntakeConfig config) {
        this.reader = reader;
        this.admission = admission;
        this.door = door;
        this.config = config;
    }

    /** Takes an array of documents. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Response submitArray(InputStream body, @QueryParam("batch") @Nullable String batch)
            throws IOException {
        return submit(body, BatchBody.ARRAY, batch);
    }

    /** Takes lines, and answers with one document. */
    Response submitLines(InputStream body, @Nullable String batch) throws IOException {
        return submit(body, BatchBody.LINES, batch);
    }

    private Response submit(InputStream body, BatchBody format, @Nullable String chosen)
            throws IOException {
        if (door.full()) {
            return Refusals.queueFull();
        }
        var batch = batch(chosen);
        byte[] bytes = BoundedBody.read(body, config.httpMaxBatchBytes());
        var entries = format.cut(bytes, config.httpMaxBatchJobs());
        if (entries.isEmpty()) {
            throw new ProblemException(ProblemType.MALFORMED_BODY, "the body holds no documents");
        }
        var answer = new BatchAnswer(format);
        var positions = new ArrayList<Integer>();
        var submissions = new ArrayList<Submission>();
        for (var entry : entries) {
            var origin = door.origin(JobId.next(Instant.now()), batch);
            switch (reader.read(entry.document(), origin)) {
                case Reading.Refused(_, var errors) -> answer.refuse(entry.position(), errors);
                case Reading.Accepted(var submission) -> {
                    positions.add(entry.position());
                    submissions.add(submission);
                }
            }
        }
        var outcomes = admission.admit(submissions);
        for (int i = 0; i < outcomes.size(); i++) {
            answer.tell(positions.get(i), outcomes.get(i));
        }
        return answer(answer, batch, submissions);
    }

    private static Response answer(
            BatchAnswer answer, Origin.RequestBatch batch, List<Submission> submissions) {
        if (!answer.anyTaken()) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.INVALID_JOB,
                            "none of the documents is a valid job",
                            answer.problems()));
        }
        boolean used =
                submissions.stream()
                        .anyMatch(s -> batch.name().equals(s.spec().placement().batch()));
        return Response.accepted(WireJson.bytes(answer.json(used ? batch.name() : null)))
                .type(MediaType.APPLICATION_JSON)
                // Null leaves it out.
                .header(HttpHeaders.LOCATION, used ? "/v1/batches/" + batch.name() : null)
                .build();
    }

    static Origin.RequestBatch batch(@Nullable String chosen) {
        if (chosen == null) {
            return new Origin.RequestBatch(JobId.next(Instant.now()).toString(), false);
        }
        if (!PlacementReader.isName(chosen)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "the query's batch " + PlacementReader.NAME_RULE);
        }
        return new Origin.RequestBatch(chosen, true);
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
