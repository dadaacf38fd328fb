package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.SandboxFault;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Cells that were started before there is a job for them. Each is used once; another is started in
 * its place, of the shape that is most in demand. A job of a shape of which none waits takes one
 * that is just being started, if nobody waits for that yet.
 */
final class WarmPool implements Closeable {
    private static final Logger LOG = Logger.getLogger(WarmPool.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** A cell in which another shape's should stand must be in so much less demand. */
    private static final double CLEARLY = 2;

    /** Starts cells, in two steps. */
    interface Starter {
        /** One that takes a program, which then starts all that it needs. */
        Cell open(Shape shape) throws SandboxFault, InterruptedException;

        /**
         * Starts in it all that can be started before there is a program; when that fails nothing
         * is left of it.
         */
        void prepare(Cell cell, Shape shape) throws SandboxFault, InterruptedException;
    }

    /** What is there of one shape. */
    private static final class Line {
        private final Deque<Warm> ready = new ArrayDeque<>();
        private final Deque<CompletableFuture<Optional<Cell>>> waiting = new ArrayDeque<>();
        private int starting;

        /** How many there are, or will be, for jobs yet to come. */
        private int unclaimed() {
            return ready.size() + starting - waiting.size();
        }
    }

    private record Warm(Cell cell, long sinceNanos) {}

    private final PoolConfig.Settings settings;
    private final Starter starter;
    private final Removals removals;
    private final Freezer freezer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Shape, Line> lines = new HashMap<>();
    private final Demand demand = new Demand();
    private final LongAdder served = new LongAdder();
    private final LongAdder missed = new LongAdder();
    private int starting;
    private boolean closed;
    private long lastTaken = System.nanoTime();
    private long retryAt = System.nanoTime();
    private Duration retry = FIRST_RETRY;
    private @Nullable Thread filler;

    /** Starts none yet: that begins with the first that is expected or asked for. */
    WarmPool(PoolConfig.Settings settings, Starter starter, Removals removals, Freezer freezer) {
        this.settings = settings;
        this.starter = starter;
        this.removals = removals;
        this.freezer = freezer;
    }

    /** Jobs of these shapes may come. */
    void expect(Set<Shape> shapes) {
        if (settings.size() == 0) {
            return;
        }
        lock.lock();
        try {
            demand.expect(shapes);
            wake();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A cell of that shape, which is the caller's from now on; empty when there is none and the
     * caller is faster when it makes one.
     */
    Optional<Cell> take(Shape shape) throws InterruptedException {
        if (settings.size() == 0) {
            return Optional.empty();
        }
        CompletableFuture<Optional<Cell>> next;
        lock.lock();
        try {
            demand.asked(shape);
            lastTaken = System.nanoTime();
            Line line = line(shape);
            wake();
            for (Warm warm; (warm = line.ready.poll()) != null; ) {
                freezer.thaw(warm.cell);
                if (warm.cell.alive()) {
                    served.increment();
                    return Optional.of(warm.cell);
                }
                removals.discard(warm.cell);
            }
            if (closed || line.unclaimed() <= 0) {
                missed.increment();
                return Optional.empty();
            }
            next = new CompletableFuture<>();
            line.waiting.add(next);
        } finally {
            lock.unlock();
        }
        return awaited(shape, next);
    }

    private Optional<Cell> awaited(Shape shape, CompletableFuture<Optional<Cell>> next)
            throws InterruptedException {
        try {
            var cell = next.get();
            cell.ifPresentOrElse(_ -> served.increment(), missed::increment);
            return cell;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException givenUp) {
            lock.lock();
            try {
                line(shape).waiting.remove(next);
                next.getNow(Optional.empty()).ifPresent(cell -> put(shape, cell));
            } finally {
                lock.unlock();
            }
            throw givenUp;
        }
    }

    /** Nothing that waits is believed in any more: the host did not do what it should. */
    void clear() {
        lock.lock();
        try {
            lines.values().forEach(line -> drop(line, line.ready.size()));
        } finally {
            lock.unlock();
        }
    }

    /** How many cells wait. */
    int waiting() {
        lock.lock();
        try {
            return lines.values().stream().mapToInt(line -> line.ready.size()).sum();
        } finally {
            lock.unlock();
        }
    }

    /** How many of them are frozen. */
    int frozen() {
        return freezer.count();
    }

    /** How many jobs got one that waited, or was being started. */
    long served() {
        return served.sum();
    }

    /** How many jobs got none though cells are kept. */
    long missed() {
        return missed.sum();
    }

    private Line line(Shape shape) {
        return lines.computeIfAbsent(shape, _ -> new Line());
    }

    private void wake() {
        if (filler == null && !closed) {
            filler = Thread.ofVirtual().name("warm-pool").start(this::fill);
        }
        changed.signalAll();
    }

    private void fill() {
        lock.lock();
        try {
            while (!closed) {
                dropUnusable();
                long wait = startOrWait();
                if (wait > 0) {
                    changed.awaitNanos(wait);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts the next cell; returns 0 then, else how long nothing is to be done, in nanoseconds.
     */
    private long startOrWait() {
        long now = System.nanoTime();
        long idle = Math.min(settings.maxAge().toNanos(), TimeUnit.SECONDS.toNanos(1));
        if (starting >= settings.starts()) {
            return idle;
        }
        Optional<Shape> next = mostWanted();
        if (next.isEmpty()) {
            return idle;
        }
        long due = Math.max(retryAt, lastTaken + (waited() ? 0 : settings.pause().toNanos()));
        if (due - now > 0) {
            return due - now;
        }
        start(next.get());
        return 0;
    }

    private boolean waited() {
        return lines.values().stream().anyMatch(line -> !line.waiting.isEmpty());
    }

    /** The shape of which most are missing, when there is room for one or room can be made. */
    private Optional<Shape> mostWanted() {
        var shares = demand.shares(settings.size());
        Shape wanted = null;
        int missing = 0;
        for (var share : shares.entrySet()) {
            Line line = lines.get(share.getKey());
            int lacks = share.getValue() - (line == null ? 0 : line.unclaimed());
            if (lacks > missing) {
                wanted = share.getKey();
                missing = lacks;
            }
        }
        int there = lines.values().stream().mapToInt(Line::unclaimed).sum();
        return wanted != null && (there < settings.size() || makeRoom(wanted, shares))
                ? Optional.of(wanted)
                : Optional.empty();
    }

    private boolean makeRoom(Shape wanted, Map<Shape, Integer> shares) {
        for (var each : lines.entrySet()) {
            Shape shape = each.getKey();
            Line line = each.getValue();
            boolean surplus = line.unclaimed() > shares.getOrDefault(shape, 0);
            if (surplus
                    && !line.ready.isEmpty()
                    && demand.weight(wanted) > CLEARLY * demand.weight(shape)) {
                drop(line, 1);
                return true;
            }
        }
        return false;
    }

    private void dropUnusable() {
        long oldest = System.nanoTime() - settings.maxAge().toNanos();
        for (Line line : lines.values()) {
            List<Warm> unusable = new ArrayList<>();
            for (Warm warm : line.ready) {
                if (!warm.cell.alive() || warm.sinceNanos - oldest < 0) {
                    unusable.add(warm);
                }
            }
            line.ready.removeAll(unusable);
            unusable.forEach(warm -> discard(warm.cell));
        }
        lines.values()
                .removeIf(
                        line ->
                                line.ready.isEmpty()
                                        && line.starting == 0
                                        && line.waiting.isEmpty());
    }

    private void drop(Line line, int cells) {
        for (int i = 0; i < cells; i++) {
            discard(line.ready.removeFirst().cell);
        }
    }

    private void discard(Cell cell) {
        freezer.thaw(cell);
        removals.discard(cell);
    }

    private void start(Shape shape) {
        starting++;
        line(shape).starting++;
        Thread.ofVirtual().name("warm-start").start(() -> tryStart(shape));
    }

    private void tryStart(Shape shape) {
        var opened = attempt(() -> starter.open(shape));
        if (opened.isPresent() && handedOver(shape, opened.get())) {
            return;
        }
        started(
                shape,
                opened.flatMap(
                        cell ->
                                attempt(
                                        () -> {
                                            starter.prepare(cell, shape);
                                            return cell;
                                        })));
    }

    /** One step of a start. */
    private interface Step {
        Cell take() throws SandboxFault, InterruptedException;
    }

    private static Optional<Cell> attempt(Step step) {
        try {
            return Optional.of(step.take());
        } catch (SandboxFault | RuntimeException failed) {
            // Whoever runs a job meets the same, and says so.
            LOG.debugf("a container that should wait for jobs was not started: %s", failed);
            return Optional.empty();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Gives it to a job that waits for one, as it is: an interpreter that is started ahead for a
     * job that is there already costs the wait for it and for the word of it, and gains nothing.
     */
    private boolean handedOver(Shape shape, Cell cell) {
        lock.lock();
        try {
            if (!givenAway(line(shape), cell)) {
                return false;
            }
            ended(shape);
            retry = FIRST_RETRY;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static boolean givenAway(Line line, Cell cell) {
        for (CompletableFuture<Optional<Cell>> next; (next = line.waiting.poll()) != null; ) {
            if (next.complete(Optional.of(cell))) {
                return true;
            }
        }
        return false;
    }

    /** A start is over, however it ended. */
    private void ended(Shape shape) {
        starting--;
        line(shape).starting--;
    }

    private void started(Shape shape, Optional<Cell> made) {
        lock.lock();
        try {
            ended(shape);
            Line line = line(shape);
            if (made.isPresent()) {
                retry = FIRST_RETRY;
                put(shape, made.get());
            } else {
                retryAt = System.nanoTime() + retry.toNanos();
                retry =
                        retry.multipliedBy(2).compareTo(LAST_RETRY) < 0
                                ? retry.multipliedBy(2)
                                : LAST_RETRY;
                var turnedAway = line.waiting.poll();
                if (turnedAway != null) {
                    turnedAway.complete(Optional.empty());
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void put(Shape shape, Cell cell) {
        Line line = line(shape);
        if (givenAway(line, cell)) {
            return;
        }
        if (closed) {
            removals.discard(cell);
        } else {
            freezer.freeze(cell);
            line.ready.add(new Warm(cell, System.nanoTime()));
            cell.conversation().end().thenRun(this::look);
        }
    }

    private void look() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Starts no more, and does away with what waits. No run may be going on. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            while (starting > 0) {
                changed.awaitUninterruptibly();
            }
            clear();
        } finally {
            lock.unlock();
        }
    }
}
