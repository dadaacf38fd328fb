package dev.kiln.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The jobs that were claimed and wait here for a slot and memory, in the order of their claims:
 * none overtakes another. Whoever leaves a slot has the next one start, so that starts need not
 * wait for a claim that is under way.
 *
 * <p>A job that is here for longer than it should be leaves to be given back, and all behind it. So
 * they do when one of them has failed before: when the worker dies, an attempt is counted of each
 * job in its hands, begun or not. Those that wait lose one attempt so at most, whatever the jobs
 * are that kill workers.
 */
final class Line {
    /** Starts a job, on another thread. */
    interface Start {
        void start(Ticket ticket, Slots.Taken slot);
    }

    private final Slots slots;
    private final BooleanSupplier open;
    private final long patience;
    private final LongSupplier nanoTime;
    private final Start start;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Ticket> waiting = new ArrayDeque<>();
    private final List<Ticket> leaving = new ArrayList<>();
    private long waitingMemory;
    private int failedBefore;

    /**
     * @param open whether jobs may be started at all
     * @param patience for how long a job may wait
     */
    Line(Slots slots, BooleanSupplier open, Duration patience, LongSupplier nanoTime, Start start) {
        this.slots = slots;
        this.open = open;
        this.patience = patience.toNanos();
        this.nanoTime = nanoTime;
        this.start = start;
    }

    /** How many jobs wait here. */
    int length() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many more there is room for, here and in the slots. */
    Slots.Room room() {
        lock.lock();
        try {
            return slots.room(waiting.size(), waitingMemory);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds jobs at the end, and starts what can start.
     *
     * @param enter is done with each as it is added, before it can start or leave
     */
    void add(List<Ticket> tickets, Consumer<Ticket> enter) {
        lock.lock();
        try {
            for (Ticket ticket : tickets) {
                enter.accept(ticket);
                waiting.add(ticket);
                count(ticket, 1);
                if (ticket.failedBefore()) {
                    slots.claimNoneAhead();
                }
            }
            startNext();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts what can start, after something has become free or was written.
     *
     * @return whether what waits is to be given back now
     */
    boolean startNext() {
        lock.lock();
        try {
            for (Ticket next = waiting.peek();
                    next != null && open.getAsBoolean();
                    next = waiting.peek()) {
                var slot = slots.take(next.memory());
                if (slot == null) {
                    break;
                }
                waiting.remove();
                count(next, -1);
                start.start(next, slot);
            }
            if (due()) {
                changed.signalAll();
            }
            return stuck();
        } finally {
            lock.unlock();
        }
    }

    /** Has a job leave that waits here; false when it does not wait here any more. */
    boolean leave(Ticket ticket) {
        lock.lock();
        try {
            boolean was = waiting.remove(ticket);
            if (was) {
                count(ticket, -1);
                leaving.add(ticket);
                changed.signalAll();
            }
            return was;
        } finally {
            lock.unlock();
        }
    }

    /** Those that have left and are not given back yet; all, when the line is closed or stuck. */
    List<Ticket> leaving() {
        lock.lock();
        try {
            if (stuck()) {
                slots.claimNoneAhead();
                leaving.addAll(waiting);
                waiting.forEach(ticket -> count(ticket, -1));
                waiting.clear();
            }
            return List.copyOf(leaving);
        } finally {
            lock.unlock();
        }
    }

    /** These were given back. */
    void left(List<Ticket> tickets) {
        lock.lock();
        try {
            leaving.removeAll(tickets);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is room for a claim, or something is to be given back. */
    void awaitTurn() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!due()) {
                if (waiting.isEmpty()) {
                    changed.await();
                } else {
                    changed.awaitNanos(nanosLeft());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** For how long nothing need be given back. */
    Duration patience() {
        lock.lock();
        try {
            return Duration.ofNanos(
                    !leaving.isEmpty() || stuck() ? 0 : waiting.isEmpty() ? patience : nanosLeft());
        } finally {
            lock.unlock();
        }
    }

    private void count(Ticket ticket, int sign) {
        waitingMemory += sign * ticket.memory();
        failedBefore += ticket.failedBefore() ? sign : 0;
    }

    private boolean due() {
        return !leaving.isEmpty() || stuck() || !room().none();
    }

    private boolean stuck() {
        return !waiting.isEmpty() && (!open.getAsBoolean() || failedBefore > 0 || nanosLeft() <= 0);
    }

    private long nanosLeft() {
        var first = waiting.peek();
        return first == null ? patience : patience - (nanoTime.getAsLong() - first.claimed());
    }
}
