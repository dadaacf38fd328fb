package dev.kiln.retention;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.objectstore.LeftOverObjects;
import dev.kiln.store.RetentionStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Removes jobs whose time is over, and forgets their ids when theirs is. In small steps with a rest
 * between them, so that what runs hardly notices; several processes at it do nothing twice.
 */
@ApplicationScoped
class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);

    /**
     * Ids are forgotten so much later than records are refused as too old: the clocks of the broker
     * and of the database may differ, and there must be no moment at which neither holds.
     */
    private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);

    private static final Duration PUBLICATIONS = Duration.ofDays(7);

    private final RetentionStore store;
    private final LeftOverObjects objects;
    private final RetentionConfig config;
    private final KilnConfig kiln;
    private boolean more;
    private long removed;
    private long forgotten;
    private long batches;
    private RetentionStore.BatchName lastBatch = RetentionStore.BatchName.FIRST;
    private @Nullable Loop loop;

    Retention(
            RetentionStore store,
            LeftOverObjects objects,
            RetentionConfig config,
            KilnConfig kiln) {
        this.store = store;
        this.objects = objects;
        this.config = config;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (config.batch() < 1) {
            throw new IllegalArgumentException(
                    "kiln.retention.batch must be at least 1: " + config.batch());
        }
        if (kiln.roles().contains(Role.API)) {
            loop = Loop.start("retention", this::rest, this::step);
        }
    }

    private void rest() throws InterruptedException {
        Thread.sleep(more ? config.pause() : config.sweep());
    }

    private void step() {
        int most = config.batch();
        Duration memory = config.rememberIds().plus(CLOCKS_DIFFER);
        int jobs = store.removeExpired(most);
        int ids = store.forgetIds(memory, most);
        int refusals = store.forgetRejections(memory, most);
        int publications = store.forgetPublications(PUBLICATIONS, most);
        removed += jobs;
        forgotten += ids;
        batches += emptyBatches(most);
        more = jobs == most || ids == most || refusals == most || publications == most;
        // The last, since it may fail while the database answers.
        more |= objects.remove(most) == most;
        if (!more && removed + forgotten + batches > 0) {
            LOG.infof(
                    "jobs=%d outcome=removed, ids forgotten=%d, empty batches=%d",
                    removed, forgotten, batches);
            removed = 0;
            forgotten = 0;
            batches = 0;
        }
    }

    /** A few batches further each time, and once around all of them after the other. */
    private int emptyBatches(int most) {
        var step = store.removeEmptyBatches(lastBatch, most);
        lastBatch = step.last();
        return step.removed();
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
