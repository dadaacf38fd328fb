package dev.kiln.bench.host;

import java.util.List;
import java.util.Locale;

/** Reads {@code /proc/net/tcp} and {@code /proc/net/tcp6}. */
final class ListeningSockets {

    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTEN = "0A";

    private ListeningSockets() {}

    /** The inodes of the sockets that listen on this port. */
    static List<String> inodes(String table, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        return table.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(columns -> columns.length > INODE)
                .filter(columns -> columns[LOCAL].endsWith(suffix))
                .filter(columns -> columns[STATE].equals(LISTEN))
                .map(columns -> columns[INODE])
                .toList();
    }
}
