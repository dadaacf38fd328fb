package dev.kiln.poll;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Caller;
import dev.kiln.access.Callers;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.store.Attempt;
import dev.kiln.store.DemandStore;
import dev.kiln.store.HistoryReader;
import dev.kiln.store.JobReader;
import dev.kiln.store.Rejection;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Answers what became of a job. */
@Path("/v1/jobs/{id}")
@RunOnVirtualThread
@Tag(name = "poll")
@Requires(Right.READ)
public class PollResource {
    private static final int MOST_ATTEMPTS = 100;

    private final LongPoll jobs;
    private final Function<JobId, Optional<Rejection>> rejections;
    private final Function<JobId, List<Attempt>> history;
    private final Function<JobId, Optional<String>> unmet;
    private final Supplier<Caller> caller;

    @Inject
    PollResource(
            LongPoll jobs,
            JobReader reader,
            HistoryReader history,
            DemandStore demands,
            Callers callers) {
        this(
                jobs,
                reader::rejection,
                id -> history.newest(id, MOST_ATTEMPTS),
                demands::unmet,
                callers::current);
    }

    PollResource(
            LongPoll jobs,
            Function<JobId, Optional<Rejection>> rejections,
            Function<JobId, List<Attempt>> history,
            Function<JobId, Optional<String>> unmet,
            Supplier<Caller> caller) {
        this.jobs = jobs;
        this.rejections = rejections;
        this.history = history;
        this.unmet = unmet;
        this.caller = caller;
    }

    /** A job as it stands or ends, or why a submission under its id was refused. */
    @GET
    @Requires(value = Right.READ, orRefused = true)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Poll a job",
            description =
                    "The document is as schemas/job.schema.json describes it; state REJECTED is a submission that was refused"
                            + " on the topic. With wait the answer comes when the job has ended, or when that time is up"
                            + " with the job as it is then.")
    @APIResponse(
            responseCode = "200",
            description = "The job as it stands",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "400", description = "The id is no UUID, or wait is out of bounds")
    @APIResponse(responseCode = "404", description = "There is no such job")
    public Response job(
            @PathParam("id") String text,
            @Parameter(
                            description = WaitTime.DESCRIPTION,
                            schema =
                                    @Schema(
                                            type = SchemaType.NUMBER,
                                            minimum = "0",
                                            maximum = "60"))
                    @QueryParam(WaitTime.NAME)
                    @Nullable String wait)
            throws InterruptedException {
        JobId id = Polled.id(text);
        var atMost = WaitTime.parse(wait);
        // The job first: a later submission that was refused says nothing about it.
        var document =
                jobs.find(id, atMost)
                        // Where a refused submission let the caller in, the id may be somebody's
                        // job by now.
                        .filter(job -> caller.get().sees(job.tenant()))
                        .map(this::document)
                        .or(() -> rejections.apply(id).map(JobDocument::of))
                        .orElseThrow(() -> Polled.unknown(id));
        return Response.ok(WireJson.bytes(document), MediaType.APPLICATION_JSON).build();
    }

    private ObjectNode document(Job job) {
        return job.state() instanceof JobState.Queued
                ? JobDocument.of(job, unmet.apply(job.id()).orElse(null))
                : JobDocument.of(job);
    }

    /** The attempts that came to nothing, newest first. */
    @GET
    @Path("attempts")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "A job's failed attempts",
            description =
                    "What the platform's faults were, newest first, the last 100; a retry keeps them.")
    @APIResponse(responseCode = "200", description = "None, if the job never failed")
    @APIResponse(responseCode = "404", description = "There is no such job")
    public Response attempts(@PathParam("id") String text) {
        JobId id = Polled.id(text);
        if (jobs.find(id).isEmpty()) {
            throw Polled.unknown(id);
        }
        var document = JobDocument.of(id, history.apply(id));
        return Response.ok(WireJson.bytes(document), MediaType.APPLICATION_JSON).build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Polled.unavailable(e);
    }
}
