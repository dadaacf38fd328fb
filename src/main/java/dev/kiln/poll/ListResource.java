package dev.kiln.poll;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.store.JobList;
import dev.kiln.store.ListedJob;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.JobFacts;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Lists jobs, without their output. */
@Path("/v1/jobs")
@RunOnVirtualThread
@Tag(name = "poll")
@Requires(Right.READ)
public class ListResource {
    private final JobList jobs;

    ListResource(JobList jobs) {
        this.jobs = jobs;
    }

    /** A page of those that are asked for, newest first. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "List jobs",
            description =
                    "Newest first, by when they were submitted. Every filter that is given must hold. While next is not null there"
                            + " may be more: ask again with the same filters and after=next, also when a page is short or empty.")
    @Parameter(
            name = "state",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            enumeration = {
                                "QUEUED",
                                "RUNNING",
                                "FINISHED",
                                "CANCELLED",
                                "ABANDONED",
                                "EXPIRED"
                            }))
    @Parameter(
            name = "cause",
            in = ParameterIn.QUERY,
            description = "Why the program ended: the result's termination",
            schema =
                    @Schema(
                            enumeration = {
                                "exited",
                                "signalled",
                                "timed_out",
                                "out_of_memory",
                                "process_limit",
                                "compile_failed",
                                "cancelled"
                            }))
    @Parameter(name = "tenant", in = ParameterIn.QUERY)
    @Parameter(name = "batch", in = ParameterIn.QUERY)
    @Parameter(name = "language", in = ParameterIn.QUERY)
    @Parameter(
            name = "label",
            in = ParameterIn.QUERY,
            description = "NAME=VALUE; repeat it for jobs that have several")
    @Parameter(
            name = "since",
            in = ParameterIn.QUERY,
            description = "Submitted at this moment (RFC 3339) or later")
    @Parameter(name = "until", in = ParameterIn.QUERY, description = "Submitted before this moment")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "Jobs on a page",
            schema =
                    @Schema(
                            type = SchemaType.INTEGER,
                            minimum = "1",
                            maximum = "200",
                            defaultValue = "50"))
    @Parameter(
            name = "after",
            in = ParameterIn.QUERY,
            description = "The next of the page before; means nothing to clients")
    @APIResponse(
            responseCode = "200",
            description = "The jobs, and where the next page begins",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(
            responseCode = "400",
            description = "A parameter is unknown, or has a value that it cannot have")
    public Response list(@Context UriInfo uri) {
        var request = ListRequest.read(uri.getQueryParameters());
        var page = jobs.list(request.query(), request.most());
        var json = WireJson.object();
        var list = json.putArray("jobs");
        page.jobs().forEach(job -> list.add(summary(job)));
        json.put("next", page.next() == null ? null : ListCursor.of(page.next()));
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    /** Its members are those of the polled document where they have the same name. */
    private static ObjectNode summary(ListedJob job) {
        var json = WireJson.object();
        json.put("id", job.id().toString());
        json.put("state", job.state());
        json.put("tenant", job.tenant());
        json.put("batch", job.batch());
        json.put("language", job.language());
        json.put("priority", job.priority());
        var labels = json.putObject("labels");
        job.labels().forEach(labels::put);
        json.put("submitted_at", WireJson.time(job.submittedAt()));
        json.put("started_at", WireJson.time(ran(job) ? job.startedAt() : null));
        json.put("finished_at", WireJson.time(job.finishedAt()));
        json.put("attempt", job.attempt());
        json.put("worker", ran(job) ? job.worker() : null);
        json.put("reason", reason(job));
        json.put("termination", job.cause());
        json.put("exit_code", job.exitCode());
        json.put("success", job.success());
        json.put("duration_ms", job.durationMs());
        return json;
    }

    /** The row remembers the start of an attempt that came to nothing, too. */
    private static boolean ran(ListedJob job) {
        return job.state().equals("RUNNING") || job.state().equals("FINISHED");
    }

    private static @Nullable String reason(ListedJob job) {
        return switch (job.state()) {
            case "QUEUED", "ABANDONED" -> job.reason();
            case "EXPIRED" -> job.deadline() == null ? null : JobFacts.missed(job.deadline());
            default -> null;
        };
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Polled.unavailable(e);
    }
}
