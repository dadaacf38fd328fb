package dev.kiln.bench.peers;

import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Stream;

/** A job queue under measurement. */
interface Peer extends AutoCloseable {

    /** The library's version. */
    String version();

    /** What differs from the library's defaults, by name. */
    Map<String, String> settings();

    /** Puts jobs with these ids into the queue; durable when this returns, none of them begun. */
    void load(Stream<String> ids) throws Exception;

    /** Lets the workers take jobs. */
    void resume() throws Exception;

    /** Keeps the workers from taking jobs. Nothing is left to take when this is called. */
    void pause() throws Exception;

    /** Whether the database has every job as done. */
    boolean isEmpty() throws SQLException;

    @Override
    void close();
}
