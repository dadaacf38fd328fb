package dev.kiln.dashboard;

import dev.kiln.access.Callers;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.poll.HttpExchange;
import dev.kiln.store.Pace;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The first page: what is going on now and was in the last hour. */
@Path("/")
@Singleton
@RunOnVirtualThread
@Requires(Right.READ)
public class OverviewResource {
    /** Then the browser comes again, and whether it may is looked at anew. */
    private static final Duration LONGEST_STREAM = Duration.ofMinutes(10);

    private static final byte[] RETRY = "retry: 5000\n\n".getBytes(StandardCharsets.UTF_8);

    private final Sampler sampler;
    private final Frames frames;
    private final Callers callers;
    private final Duration every;
    private final Viewers viewers;
    private final HttpExchange exchange;

    /** Of each stream what ends it with the server. */
    private final Set<CountDownLatch> streams = ConcurrentHashMap.newKeySet();

    private volatile boolean stopping;

    OverviewResource(
            Sampler sampler,
            Frames frames,
            Callers callers,
            DashboardConfig config,
            CurrentVertxRequest request) {
        this.sampler = sampler;
        this.frames = frames;
        this.callers = callers;
        this.exchange = new HttpExchange(request);
        var settings = config.settings();
        this.every = settings.sample();
        this.viewers = new Viewers(settings.viewers(), settings.viewersPerTenant());
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        streams.forEach(CountDownLatch::countDown);
    }

    /** The page, which has all figures also where no script runs. */
    @GET
    public Response overview() {
        var now = sampler.look(Sampler.View.of(callers.current()));
        return Html.ok(Pages.overview(frames.frame("Overview", "overview"), now));
    }

    /** The figures as they change. */
    @GET
    @Path("ui/overview/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response events() {
        var view = Sampler.View.of(callers.current());
        // Else a place would be kept for who has gone.
        var over = exchange.over();
        return stream(out -> tell(view, over, out));
    }

    /** That there are figures to come; takes no place. */
    @HEAD
    @Path("ui/overview/events")
    public Response head() {
        return stream(_ -> {});
    }

    private static Response stream(StreamingOutput events) {
        return Response.ok(events, MediaType.SERVER_SENT_EVENTS_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    private void tell(Sampler.View view, BooleanSupplier over, OutputStream out)
            throws IOException {
        out.write(RETRY);
        if (!viewers.sit(view.tenant())) {
            return;
        }
        var stopped = new CountDownLatch(1);
        streams.add(stopped);
        try {
            Instant end = Instant.now().plus(LONGEST_STREAM);
            Instant told = Instant.MIN;
            do {
                var now = sampler.look(view);
                if (now.at().isAfter(told)) {
                    told = now.at();
                    write(out, now);
                }
            } while (!stopping
                    && Instant.now().isBefore(end)
                    && !over.getAsBoolean()
                    && !stopped.await(every.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StoreUnavailable e) {
            // The stream ends, and the browser asks again.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            streams.remove(stopped);
            viewers.leave(view.tenant());
        }
    }

    /** How many get the figures as they come. */
    int viewers() {
        return viewers.taken();
    }

    private static void write(OutputStream out, Overview now) throws IOException {
        var json = WireJson.object();
        json.put("html", Pages.overview$live(now).render());
        var minutes = json.putArray("minutes");
        var results = json.putArray("results");
        var median = json.putArray("median_ms");
        var p95 = json.putArray("p95_ms");
        for (Pace pace : now.pace()) {
            minutes.add(pace.minute().getEpochSecond());
            results.add(pace.results());
            if (pace.results() == 0) {
                median.addNull();
                p95.addNull();
            } else {
                median.add(pace.medianMs());
                p95.add(pace.p95Ms());
            }
        }
        out.write("event: overview\ndata: ".getBytes(StandardCharsets.UTF_8));
        out.write(WireJson.bytes(json));
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Unavailable.answer(e);
    }
}
