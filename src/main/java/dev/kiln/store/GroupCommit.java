package dev.kiln.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets what several threads want written share a transaction: whatever arrives while one is under
 * way goes together into the next one. There is no thread of its own and no timer: whoever finds
 * nobody writing writes at once, and hands over to the first of those who came meanwhile.
 *
 * @param <T> what is to be written
 * @param <R> what is to be known of it afterwards
 */
final class GroupCommit<T, R> {
    /** Writes several in one transaction: all of them, or none when it throws. */
    interface Write<T, R> {
        /** Gives an answer for each, in their order. */
        List<R> write(List<T> items);
    }

    private final int most;
    private final long heaviest;
    private final ToLongFunction<T> weight;
    private final Write<T, R> write;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Waiter<T, R>> waiting = new ArrayDeque<>();
    private boolean busy;

    /**
     * @param most how many may share a transaction
     * @param heaviest what they may weigh together; a heavier one goes alone
     */
    GroupCommit(int most, long heaviest, ToLongFunction<T> weight, Write<T, R> write) {
        this.most = most;
        this.heaviest = heaviest;
        this.weight = weight;
        this.write = write;
    }

    /** One thread with what it wants written. The permit is its turn to write, or its answer. */
    private static final class Waiter<T, R> {
        final T item;
        final Semaphore woken = new Semaphore(0);
        boolean answered;
        @Nullable R answer;
        @Nullable RuntimeException failure;

        Waiter(T item) {
            this.item = item;
        }

        void answer(R with) {
            answer = with;
            answered = true;
        }

        void fail(RuntimeException with) {
            failure = with;
            answered = true;
        }

        @SuppressWarnings("NullAway") // R decides whether null is an answer
        R result() {
            if (failure != null) {
                throw failure;
            }
            return answer;
        }
    }

    /**
     * Has this written, perhaps together with others; returns when it is committed. Waiting is not
     * interrupted.
     *
     * @throws StoreUnavailable when the same call may succeed later
     * @throws RuntimeException any other: this item cannot be written; its neighbours were
     */
    R submit(T item) {
        var mine = new Waiter<T, R>(item);
        if (!enqueue(mine)) {
            mine.woken.acquireUninterruptibly();
        }
        if (!mine.answered) {
            lead(mine);
        }
        return mine.result();
    }

    /** How many wait for others to be written. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** True when nobody writes: then it is this one's turn. */
    private boolean enqueue(Waiter<T, R> waiter) {
        lock.lock();
        try {
            waiting.add(waiter);
            boolean first = !busy;
            busy = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits, of which its own is the first, and hands over. */
    private void lead(Waiter<T, R> own) {
        List<Waiter<T, R>> group = take();
        try {
            write(group);
        } finally {
            handOver();
            for (var each : group) {
                if (!each.answered) {
                    each.fail(new IllegalStateException("the thread that was to write failed"));
                }
                if (each != own) {
                    each.woken.release();
                }
            }
        }
    }

    private List<Waiter<T, R>> take() {
        lock.lock();
        try {
            List<Waiter<T, R>> group = new ArrayList<>();
            long weighs = 0;
            while (!waiting.isEmpty() && group.size() < most) {
                weighs += weight.applyAsLong(waiting.element().item);
                if (!group.isEmpty() && weighs > heaviest) {
                    break;
                }
                group.add(waiting.remove());
            }
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void handOver() {
        lock.lock();
        try {
            var next = waiting.peek();
            if (next == null) {
                busy = false;
            } else {
                next.woken.release();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One that the database refuses is found by halving, so that it fails alone. */
    private void write(List<Waiter<T, R>> group) {
        try {
            List<R> answers = write.write(group.stream().map(each -> each.item).toList());
            for (int i = 0; i < group.size(); i++) {
                group.get(i).answer(answers.get(i));
            }
        } catch (StoreUnavailable unavailable) {
            group.forEach(each -> each.fail(unavailable));
        } catch (RuntimeException refused) {
            if (group.size() == 1) {
                group.getFirst().fail(refused);
                return;
            }
            int half = group.size() / 2;
            write(group.subList(0, half));
            write(group.subList(half, group.size()));
        }
    }
}
