package dev.kiln.dashboard;

import dev.kiln.access.Callers;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Placement;
import dev.kiln.poll.BatchAddress;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.BatchReader;
import dev.kiln.store.BatchStore;
import dev.kiln.store.RecentBatches;
import dev.kiln.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Batches, and how far they are. */
@Path("/ui/batches")
@RunOnVirtualThread
@Requires(Right.READ)
public class BatchesResource {
    private static final String HERE = "batches";

    private final RecentBatches recent;
    private final BatchReader batches;
    private final BatchStore standings;
    private final Frames frames;
    private final Callers callers;

    BatchesResource(
            RecentBatches recent,
            BatchReader batches,
            BatchStore standings,
            Frames frames,
            Callers callers) {
        this.recent = recent;
        this.batches = batches;
        this.standings = standings;
        this.frames = frames;
        this.callers = callers;
    }

    /** Those that were begun last. */
    @GET
    public Response list() {
        var lines = recent.list(callers.current().tenant()).stream().map(BatchLine::of).toList();
        return Html.ok(Pages.batches(frames.frame("Batches", HERE), lines));
    }

    /** One of them. */
    @GET
    @Path("{batch}")
    public Response batch(
            @PathParam("batch") String name,
            @QueryParam("tenant") @DefaultValue(Placement.DEFAULT_TENANT) String tenant) {
        BatchAddress.require(tenant, name);
        var batch =
                batches.find(tenant, name)
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemType.UNKNOWN_BATCH,
                                                "tenant %s has no job in a batch %s"
                                                        .formatted(tenant, name)));
        var standing = standings.find(tenant, name).orElse(BatchStore.Standing.OPEN);
        return Html.ok(
                Pages.batch(
                        frames.frame("Batch " + name, HERE),
                        BatchView.of(tenant, name, batch, standing)));
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Unavailable.answer(e);
    }
}
