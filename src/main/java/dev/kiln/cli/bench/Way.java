package dev.kiln.cli.bench;

import java.time.Duration;

/**
 * A way to run one job from its submission to its end.
 *
 * @param series where its times go
 * @param interval from the start of one job to that of the next; zero for at once
 * @param job runs one
 */
record Way(Series series, Duration interval, Job job) {

    /** Runs one job. */
    interface Job {
        /** How long it took, and whether it did what it is there for. */
        Took run() throws InterruptedException;
    }

    /**
     * What one job came to.
     *
     * @param time from its submission until its end was seen
     * @param good whether it did what it is there for
     */
    record Took(Duration time, boolean good) {

        /** From then until now. */
        static Took since(long startNanos, boolean good) {
            return new Took(Duration.ofNanos(System.nanoTime() - startNanos), good);
        }
    }

    /**
     * Runs so many jobs after one that is not counted: what ran before has left the caches to
     * others.
     */
    void run(int jobs) throws InterruptedException {
        job.run();
        pause();
        long next = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            sleepUntil(next);
            next = System.nanoTime() + interval.toNanos();
            var took = job.run();
            series.add(took.time(), took.good());
        }
    }

    private void pause() throws InterruptedException {
        Thread.sleep(interval);
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    }
}
