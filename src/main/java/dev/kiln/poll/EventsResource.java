package dev.kiln.poll;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Tells what happens to a job as it happens. */
@Path("/v1/jobs/{id}/events")
@RunOnVirtualThread
@Tag(name = "poll")
@Requires(Right.READ)
public class EventsResource {
    private static final int LATER_SECONDS = 5;

    private final EventSource source;
    private final Followers followers;
    private final HttpExchange exchange;

    EventsResource(EventSource source, Followers followers, CurrentVertxRequest request) {
        this.source = source;
        this.followers = followers;
        this.exchange = new HttpExchange(request);
    }

    /** The job's states and output from now, or from where the client was, to its end. */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "Follow a job",
            description =
                    "Server-sent events, to the job's end. state: the document that polling the job gives, when its state has changed."
                            + " stdout, stderr: what the program wrote, as text or, where that is no UTF-8, base64, with the offset"
                            + " of its first byte. attempt: what was written before came to nothing, and output begins anew.")
    @APIResponse(
            responseCode = "200",
            description = "The events",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(
            responseCode = "204",
            description = "Last-Event-ID is that of the job's end: there is no more to tell")
    @APIResponse(
            responseCode = "400",
            description = "The id is no UUID, or Last-Event-ID is of no event")
    @APIResponse(responseCode = "404", description = "There is no such job")
    @APIResponse(
            responseCode = "503",
            description = "As many follow jobs by this server as may; see Retry-After")
    public Response events(
            @PathParam("id") String text, @HeaderParam("Last-Event-ID") @Nullable String last)
            throws InterruptedException {
        JobId id = Polled.id(text);
        Position told = Position.parse(last);
        var glance = source.glance(id);
        if (glance.isEmpty()) {
            var refusal = source.refusal(id).orElseThrow(() -> Polled.unknown(id));
            Position end = Position.START.told(Position.Stage.ENDED);
            return told.equals(end)
                    ? Response.noContent().build()
                    : stream(out -> new EventWriter(out).event("state", end, refusal));
        }
        if (told.atEndOf(glance.get())) {
            return Response.noContent().build();
        }
        // Besides being told, since a stream that had to wait for its client is not told.
        var seat = followers.sit(id, told, exchange.over());
        if (seat.isEmpty()) {
            return full();
        }
        exchange.onEnd(seat.get()::leave);
        return stream(new EventStream(id, source, seat.get()));
    }

    /** Whether there is something to follow; follows nothing. */
    @HEAD
    @Operation(hidden = true)
    public Response head(@PathParam("id") String text) throws InterruptedException {
        JobId id = Polled.id(text);
        if (source.glance(id).isEmpty() && source.refusal(id).isEmpty()) {
            throw Polled.unknown(id);
        }
        return stream(_ -> {});
    }

    private static Response stream(StreamingOutput events) {
        return Response.ok(events, MediaType.SERVER_SENT_EVENTS_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff")
                // For nginx, which would else keep events until it has some thousand bytes.
                .header("X-Accel-Buffering", "no")
                .build();
    }

    private static Response full() {
        var problem =
                Problem.of(
                        ProblemType.UNAVAILABLE,
                        "as many clients follow jobs by this server as may (kiln.poll.streams): try again later, or poll the job with ?wait=60");
        return Response.fromResponse(problem.response())
                .header(HttpHeaders.RETRY_AFTER, LATER_SECONDS)
                .build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Polled.unavailable(e);
    }
}
