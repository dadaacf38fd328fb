package dev.kiln.poll;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.job.Placement;
import dev.kiln.job.Termination;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.Batch;
import dev.kiln.store.BatchReader;
import dev.kiln.store.BatchStore;
import dev.kiln.store.JobReader;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Answers how far a batch has come, and with the results of its jobs. */
@Path("/v1/batches/{batch}")
@RunOnVirtualThread
@Tag(name = "poll")
@Requires(Right.READ)
public class BatchResource {
    static final String NDJSON = "application/x-ndjson";

    /** Jobs that are looked at at once; of their documents one at a time is in memory. */
    private static final int PAGE = 500;

    private static final List<String> STATES =
            List.of("QUEUED", "RUNNING", "FINISHED", "CANCELLED", "ABANDONED", "EXPIRED");

    private final BatchReader batches;
    private final BatchStore standings;
    private final JobReader jobs;

    BatchResource(BatchReader batches, BatchStore standings, JobReader jobs) {
        this.batches = batches;
        this.standings = standings;
        this.jobs = jobs;
    }

    /** The batch as it stands. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Poll a batch",
            description =
                    "How many of its jobs are in which state, and why their programs ended. A batch is the jobs of a tenant that"
                            + " bear its name. More may join it until it is closed; then it is complete when all have ended.")
    @APIResponse(
            responseCode = "200",
            description = "The batch as it stands",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "404", description = "The tenant has no job in such a batch")
    public Response batch(
            @PathParam("batch") String name,
            @Parameter(description = "Whose batch it is")
                    @QueryParam("tenant")
                    @DefaultValue(Placement.DEFAULT_TENANT)
                    String tenant) {
        var batch = find(tenant, name);
        var standing = standings.find(tenant, name).orElse(BatchStore.Standing.OPEN);
        var json = json(tenant, name, batch, standing);
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    private Batch find(String tenant, String name) {
        BatchAddress.require(tenant, name);
        return batches.find(tenant, name)
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemType.UNKNOWN_BATCH,
                                        "tenant %s has no job in a batch %s: name another tenant with ?tenant=NAME"
                                                .formatted(tenant, name)));
    }

    private static ObjectNode json(
            String tenant, String name, Batch batch, BatchStore.Standing standing) {
        long ended = batch.ended();
        long all = batch.jobs();
        var last = ended == all ? batch.lastFinishedAt() : null;
        var json = WireJson.object();
        json.put("batch", name).put("tenant", tenant).put("size", standing.size());
        json.put("jobs", all).put("ended", ended).put("succeeded", batch.succeeded());
        json.put("progress", (double) ended / all);
        var states = json.putObject("states");
        STATES.forEach(state -> states.put(state, count(batch.states(), state)));
        var causes = json.putObject("causes");
        Arrays.stream(Termination.values())
                .map(Termination::wireName)
                .forEach(cause -> causes.put(cause, count(batch.causes(), cause)));
        var first = batch.firstSubmittedAt();
        json.put("submitted_at", WireJson.time(first));
        json.put("finished_at", WireJson.time(last));
        json.put(
                "duration_ms",
                first == null || last == null ? null : Duration.between(first, last).toMillis());
        json.put("closed_at", WireJson.time(standing.closedAt()));
        json.put("completed_at", WireJson.time(standing.completedAt()));
        return json;
    }

    private static long count(Map<String, Long> counts, String of) {
        return counts.getOrDefault(of, 0L);
    }

    /** The documents of those jobs that have ended. */
    @GET
    @Path("results")
    @Produces({NDJSON, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "A batch's results",
            description =
                    "A line for each job that has ended, as GET /v1/jobs/{id} answers, in the order of their ids. After a"
                            + " broken connection go on with after=ID of the last whole line; jobs that had not ended are"
                            + " left out, so ask again without it once the batch has ended.")
    @APIResponse(
            responseCode = "200",
            description = "A document a line",
            content = @Content(mediaType = NDJSON, schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "400", description = "after is no id")
    @APIResponse(responseCode = "404", description = "The tenant has no job in such a batch")
    public Response results(
            @PathParam("batch") String name,
            @Parameter(description = "Whose batch it is")
                    @QueryParam("tenant")
                    @DefaultValue(Placement.DEFAULT_TENANT)
                    String tenant,
            @Parameter(description = "The job of the last line that the client has")
                    @QueryParam("after")
                    @Nullable String after) {
        JobId from = after == null ? null : Polled.id(after);
        find(tenant, name);
        StreamingOutput lines = out -> write(out, tenant, name, from);
        return Response.ok(lines, NDJSON).build();
    }

    private void write(OutputStream out, String tenant, String name, @Nullable JobId from)
            throws IOException {
        var page = batches.page(tenant, name, from, PAGE);
        while (page.last() != null) {
            for (JobId id : page.ended()) {
                var job = jobs.find(id);
                // It may have been tried again, or removed, since the page was read.
                if (job.isPresent() && job.get().state().terminal()) {
                    out.write(WireJson.bytes(JobDocument.of(job.get())));
                    out.write('\n');
                }
            }
            page = batches.page(tenant, name, page.last(), PAGE);
        }
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Polled.unavailable(e);
    }
}
