package dev.kiln.bench.host;

import java.util.Optional;

/**
 * The processes of a single-machine Kiln.
 *
 * @param server the Kiln server
 * @param launcher the process that started it: the broker is in it, the database server under it
 */
public record KilnProcesses(long server, long launcher) {

    /** Those of the Kiln that listens on this port, if it is one of this host. */
    public static Optional<KilnProcesses> listeningOn(int port, Proc proc) {
        return proc.listener(port)
                .flatMap(proc::process)
                .map(server -> new KilnProcesses(server.pid(), server.parent()));
    }
}
