package dev.kiln.cli.bench.peers;

import java.util.Map;

/** A job queue that has been started and takes no job until it is told to. */
interface JobQueue extends AutoCloseable {

    /**
     * What it is.
     *
     * @param version as it calls itself
     * @param settings what differs from its defaults, by name
     */
    record Facts(String version, Map<String, String> settings) {
        public Facts {
            settings = Map.copyOf(settings);
        }
    }

    /** What it is. */
    Facts facts();

    /** Puts jobs into it. They are durable when this returns, and none has begun. */
    void load(int jobs) throws InterruptedException;

    /**
     * Has it work off those jobs.
     *
     * @return nanoseconds from the start of the first job to the end of the last one
     * @throws dev.kiln.cli.client.CliException when it did not do each of them once
     */
    long burnDown(int jobs) throws InterruptedException;

    @Override
    void close();
}
