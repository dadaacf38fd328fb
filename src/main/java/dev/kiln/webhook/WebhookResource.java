package dev.kiln.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.Webhook;
import dev.kiln.store.WebhookStore;
import dev.kiln.store.WebhookStore.Found;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers what became of a job's webhook, and has it posted again. */
@Path("/v1/jobs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "webhooks")
@Requires(Right.READ)
public class WebhookResource {
    private static final Logger LOG = Logger.getLogger(WebhookResource.class);

    private final WebhookStore store;
    private final WebhookRelay relay;

    WebhookResource(WebhookStore store, WebhookRelay relay) {
        this.store = store;
        this.relay = relay;
    }

    /** The webhook as it stands. */
    @GET
    @Path("webhook")
    @Operation(
            summary = "A job's webhook",
            description =
                    "Where its events are posted, and how far that has come: the last end first.")
    @APIResponse(responseCode = "200", description = "No deliveries before the job's end")
    @APIResponse(responseCode = "404", description = "There is no such job, or it has no webhook")
    public Response webhook(@PathParam("id") String text) {
        JobId id = id(text);
        return answer(Response.Status.OK, id, find(id));
    }

    /** Posts the event once more. */
    @POST
    @Path("webhook:redeliver")
    @Requires(value = Right.SUBMIT, audit = "webhook.redeliver")
    @Operation(
            summary = "Post a job's event again",
            description =
                    "The event of its last end, with the same id, at once and again by the whole schedule, also when it was"
                            + " delivered or given up before.")
    @APIResponse(responseCode = "202", description = "It is due now; the webhook as it stands")
    @APIResponse(responseCode = "404", description = "There is no such job, or it has no webhook")
    @APIResponse(responseCode = "409", description = "The job has not come to its end")
    public Response redeliver(@PathParam("id") String text) {
        JobId id = id(text);
        if (!store.redeliver(id)) {
            find(id);
            throw new ProblemException(
                    ProblemType.JOB_NOT_ENDED,
                    "job %s has not ended: its event is posted by itself when it has"
                            .formatted(id));
        }
        relay.wake();
        LOG.infof("jobId=%s outcome=webhook to be posted again", id);
        return answer(Response.Status.ACCEPTED, id, find(id));
    }

    private Webhook find(JobId id) {
        return switch (store.find(id)) {
            case Found.One(var webhook) -> webhook;
            case Found.NoJob() ->
                    throw new ProblemException(ProblemType.UNKNOWN_JOB, "no job has the id " + id);
            case Found.None() ->
                    throw new ProblemException(
                            ProblemType.NO_WEBHOOK,
                            "job %s was submitted without a webhook".formatted(id));
        };
    }

    private static Response answer(Response.Status status, JobId id, Webhook webhook) {
        var json = WireJson.object().put("job_id", id.toString()).put("url", webhook.url());
        var deliveries = json.putArray("deliveries");
        webhook.deliveries().forEach(delivery -> deliveries.add(json(id, delivery)));
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(WireJson.bytes(json))
                .build();
    }

    private static ObjectNode json(JobId id, Webhook.Delivery delivery) {
        return WireJson.object()
                .put("event_id", id + "/" + delivery.epoch())
                .put("state", delivery.state())
                .put("attempts", delivery.attempts())
                .put("last_attempt_at", WireJson.time(delivery.lastAt()))
                .put("last_status", delivery.lastStatus())
                .put("last_error", delivery.lastError())
                .put("next_attempt_at", WireJson.time(delivery.nextAt()));
    }

    private static JobId id(String text) {
        try {
            return JobId.parse(text);
        } catch (IllegalArgumentException noUuid) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "a job's id is a UUID in its form of 36 characters");
        }
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=webhook not answered: %s", e.getMessage());
        return Problem.unavailable("the database cannot be reached: ask again later");
    }
}
