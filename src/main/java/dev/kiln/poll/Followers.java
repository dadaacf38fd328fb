package dev.kiln.poll;

import dev.kiln.job.JobId;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbell;
import dev.kiln.store.Endings;
import dev.kiln.store.Glance;
import dev.kiln.store.HintChannel;
import dev.kiln.store.HintReceiver;
import dev.kiln.store.LiveReader;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who follow jobs by this process. They are woken by hints, and for lost ones by one look at
 * all jobs that are followed, in one statement however many they are; in the same turn the workers
 * are told who is followed.
 */
@ApplicationScoped
class Followers implements HintReceiver {
    /** Workers forget it after three times that. */
    private static final Duration RENEW = Duration.ofSeconds(5);

    /** How often who waits looks whether his client is still there. */
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final LiveReader live;
    private final Endings endings;
    private final KilnConfig kiln;
    private final PollConfig config;
    private final Map<JobId, Set<Seat>> seats = new ConcurrentHashMap<>();
    private final Semaphore free;
    private final Doorbell missed = new Doorbell();
    private long renewed = System.nanoTime();
    private long looked = System.nanoTime();
    private @Nullable Loop loop;

    Followers(LiveReader live, Endings endings, KilnConfig kiln, PollConfig config) {
        this.live = live;
        this.endings = endings;
        this.kiln = kiln;
        this.config = config;
        this.free = new Semaphore(config.streams());
    }

    @Override
    public HintChannel channel() {
        return HintChannel.LIVE;
    }

    @Override
    public boolean wanted() {
        return kiln.roles().contains(Role.API);
    }

    @Override
    public void heard(String text) {
        Arrays.stream(text.split(","))
                .forEach(id -> seats.getOrDefault(JobId.parse(id), Set.of()).forEach(Seat::wake));
    }

    @Override
    public void mayHaveMissed() {
        missed.ring();
    }

    void start(@Observes StartupEvent event) {
        if (wanted()) {
            loop = Loop.start("followers", this::awaitTurn, this::turn);
        }
    }

    /** How many follow now. */
    int count() {
        return seats.values().stream().mapToInt(Set::size).sum();
    }

    /**
     * A place for one more who follows this job, and has workers hear of it.
     *
     * @param gone whether the client has gone, for anybody to ask at any time
     * @return nothing when there is none; else to be closed by whoever follows
     */
    Optional<Seat> sit(JobId job, Position told, BooleanSupplier gone) {
        if (!free.tryAcquire()) {
            return Optional.empty();
        }
        var seat = new Seat(job, told, gone);
        seats.compute(
                job,
                (_, others) -> {
                    Set<Seat> all = others == null ? ConcurrentHashMap.newKeySet() : others;
                    all.add(seat);
                    return all;
                });
        live.follow(List.of(job));
        return Optional.of(seat);
    }

    private void awaitTurn() throws InterruptedException {
        if (missed.await(config.look().compareTo(RENEW) < 0 ? config.look() : RENEW)) {
            looked = System.nanoTime() - config.look().toNanos();
        }
    }

    private void turn() {
        long now = System.nanoTime();
        if (now - looked >= config.look().toNanos()) {
            looked = now;
            look();
        }
        if (now - renewed >= RENEW.toNanos()) {
            renewed = now;
            var jobs = Set.copyOf(seats.keySet());
            if (!jobs.isEmpty()) {
                live.follow(jobs);
            }
        }
    }

    /** One look; none where nobody follows. */
    void look() {
        Set<JobId> jobs = Set.copyOf(seats.keySet());
        if (!jobs.isEmpty()) {
            var glances = live.glance(jobs);
            seats.forEach((job, all) -> all.forEach(seat -> seat.look(glances.get(job))));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }

    /** The place of one who follows a job. */
    final class Seat implements AutoCloseable {
        private final JobId job;
        private final Endings.Waiter waiter;
        private final BooleanSupplier gone;
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile Position told;

        private Seat(JobId job, Position told, BooleanSupplier gone) {
            this.job = job;
            this.told = told;
            this.gone = gone;
            this.waiter = endings.waiter(job);
        }

        /** How far it was told. */
        Position told() {
            return told;
        }

        void told(Position now) {
            told = now;
        }

        /** Waits for something to happen, at most so long. */
        void await(Duration atMost) throws InterruptedException {
            long end = System.nanoTime() + atMost.toNanos();
            boolean woken = false;
            for (var left = atMost; left.isPositive() && !woken && !over(); ) {
                woken = waiter.await(left.compareTo(GLANCE) < 0 ? left : GLANCE);
                left = Duration.ofNanos(end - System.nanoTime());
            }
        }

        /** Whether the client has gone, or the process stops. */
        boolean over() {
            return waiter.over() || gone.getAsBoolean();
        }

        /** Ends the following, from another thread. */
        void leave() {
            waiter.giveUp();
            close();
        }

        private void wake() {
            waiter.wake();
        }

        private void look(@Nullable Glance glance) {
            if (glance == null || told.behind(glance)) {
                wake();
            }
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                waiter.close();
                seats.computeIfPresent(
                        job,
                        (_, all) -> {
                            all.remove(this);
                            return all.isEmpty() ? null : all;
                        });
                free.release();
            }
        }
    }
}
