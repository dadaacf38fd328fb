package dev.kiln.dashboard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kiln.access.Caller;
import dev.kiln.access.Right;
import dev.kiln.store.PaceReader;
import dev.kiln.store.QueueDepths;
import dev.kiln.store.WorkerStore;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what is going on, once in a while for all who look, and not at all while nobody does. */
@ApplicationScoped
class Sampler {
    private static final int MOST_VIEWS = 1_000;

    private final QueueDepths queue;
    private final WorkerStore workers;
    private final PaceLog pace;
    private final Cache<View, Overview> views;

    Sampler(QueueDepths queue, WorkerStore workers, PaceReader pace, DashboardConfig config) {
        this.queue = queue;
        this.workers = workers;
        this.pace = new PaceLog(pace::since);
        this.views =
                Caffeine.newBuilder()
                        .maximumSize(MOST_VIEWS)
                        .expireAfterWrite(config.settings().sample())
                        .build();
    }

    /** Made at the start, so that settings which make no sense are told then. */
    void start(@Observes StartupEvent event) {}

    /**
     * What somebody may see.
     *
     * @param tenant the only one whose jobs are counted; null for all
     * @param site whether workers and pace are shown
     */
    record View(@Nullable String tenant, boolean site) {
        static View of(Caller caller) {
            return new View(caller.tenant(), caller.may(Right.OPERATE));
        }
    }

    /**
     * What is going on, no older than the configured interval.
     *
     * @throws dev.kiln.store.StoreUnavailable when the same call may succeed later
     */
    Overview look(View view) {
        return views.get(view, this::read);
    }

    private Overview read(View view) {
        Instant now = Instant.now();
        var depths = queue.read(view.tenant());
        return view.site()
                ? new Overview(now, true, depths, workers.list(), pace.lastHour(now))
                : new Overview(now, false, depths, List.of(), List.of());
    }
}
