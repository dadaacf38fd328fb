package dev.kiln.chaos;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** The way of one process to Postgres; besides what every link can do, it loses answers. */
final class DatabaseLink implements AutoCloseable {
    private final Link link;
    private final AtomicInteger toLose = new AtomicInteger();

    /** Leads to the Postgres on this port. */
    DatabaseLink(int port) {
        var loopback = InetAddress.getLoopbackAddress();
        this.link =
                new Link(
                        new InetSocketAddress(loopback, 0),
                        new InetSocketAddress(loopback, port),
                        () -> Link.Tap.NONE,
                        this::losingAnswers);
    }

    private Link.Tap losingAnswers() {
        var answers = new CommitAnswers();
        return chunk -> !answers.in(chunk) || toLose.getAndUpdate(n -> Math.max(0, n - 1)) == 0;
    }

    /** Where Kiln finds its database; without encryption, which would hide the answers. */
    String url() {
        return "jdbc:postgresql://127.0.0.1:%d/kiln?sslmode=disable&gssEncMode=disable"
                .formatted(link.port());
    }

    /**
     * Breaks the connection in place of the answer to the next so many COMMITs, each of which has
     * taken effect.
     */
    void loseCommits(int count) {
        toLose.set(count);
    }

    Link link() {
        return link;
    }

    @Override
    public void close() {
        link.close();
    }
}
