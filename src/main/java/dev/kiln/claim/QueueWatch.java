package dev.kiln.claim;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbells;
import dev.kiln.store.HintChannel;
import dev.kiln.store.HintReceiver;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Wakes the worker of this process when jobs were queued by another one. Every idle worker hears of
 * them, and only some find a job: so the first hint counts at once, and the next ones not before a
 * quarter of the time has passed after which the worker would look anyway.
 */
@ApplicationScoped
class QueueWatch implements HintReceiver {
    private final Doorbells doorbells;
    private final KilnConfig kiln;
    private final InstantSource clock;
    private final Duration pause;
    private Instant next = Instant.MIN;
    private boolean owed;

    QueueWatch(Doorbells doorbells, KilnConfig kiln, ClaimConfig config, InstantSource clock) {
        this.doorbells = doorbells;
        this.kiln = kiln;
        this.clock = clock;
        this.pause = config.poll().dividedBy(4);
    }

    @Override
    public HintChannel channel() {
        return HintChannel.QUEUED;
    }

    @Override
    public boolean wanted() {
        return kiln.roles().contains(Role.WORKER);
    }

    @Override
    public synchronized void heard(String process) {
        Instant now = clock.instant();
        if (!now.isBefore(next)) {
            ring(now);
        } else if (!owed) {
            owed = true;
            CompletableFuture.delayedExecutor(
                            Duration.between(now, next).toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::ringOwed);
        }
    }

    private synchronized void ringOwed() {
        owed = false;
        ring(clock.instant());
    }

    private void ring(Instant now) {
        next = now.plus(pause);
        doorbells.queued().ring();
    }

    @Override
    public void mayHaveMissed() {
        doorbells.queued().ring();
    }
}
