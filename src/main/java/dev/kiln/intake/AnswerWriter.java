package dev.kiln.intake;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers while their request is still being read, on a thread of its own: the reader may
 * wait for a client that waits for its answers, and the writer for one that reads nothing before it
 * has sent all. What the client has not taken waits in an {@link AnswerSpool}.
 */
final class AnswerWriter implements Closeable {
    /** Where answers go. */
    interface Client {
        /**
         * Waits until the piece can be written.
         *
         * @throws IOException when the client is gone
         */
        void write(byte[] piece) throws IOException;
    }

    private final Client client;
    private final long most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AnswerSpool spool = new AnswerSpool();
    private final Thread thread;
    private boolean whole;
    private @Nullable IOException gone;

    /**
     * @param most how many bytes may wait for the client, 1 and up; one answer may exceed it
     */
    AnswerWriter(Client client, long most) {
        this.client = client;
        this.most = most;
        this.thread = Thread.ofVirtual().name("batch-answers").start(this::write);
    }

    /**
     * Adds an answer at the end, and waits while more than the bound wait for the client.
     *
     * @throws IOException when the client is gone
     */
    void add(byte[] answer) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            check();
            spool.add(answer);
            changed.signalAll();
            while (spool.size() > most) {
                changed.await();
                check();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the client has taken all of it.
     *
     * @throws IOException when it went away before
     */
    void finish() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            whole = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.join();
        check();
    }

    /** Writes nothing more once it returns. */
    @Override
    public void close() throws IOException {
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        spool.close();
    }

    private void check() throws IOException {
        if (gone != null) {
            throw new IOException(gone.getMessage(), gone);
        }
    }

    private void write() {
        try {
            for (var piece = next(); piece.length > 0; piece = next()) {
                client.write(piece);
            }
        } catch (IOException e) {
            end(e);
        } catch (RuntimeException | Error e) {
            end(new IOException("the answer cannot be written", e));
        } catch (InterruptedException e) {
            // Closed before the end: nobody waits for this thread's answers.
            end(new IOException("the request has ended"));
        }
    }

    private byte[] next() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (spool.size() == 0 && !whole) {
                changed.await();
            }
            byte[] piece = spool.next();
            changed.signalAll();
            return piece;
        } finally {
            lock.unlock();
        }
    }

    private void end(IOException why) {
        lock.lock();
        try {
            gone = why;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
