package dev.kiln.dashboard;

import dev.kiln.dashboard.Terminal.Piece;
import dev.kiln.job.CapturedStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Text that a page shows.
 *
 * @param pieces its beginning
 * @param about how much there is, and how much of it is seen
 * @param kept whether there are bytes to fetch, also where nothing of them can be seen here
 */
record Shown(List<Piece> pieces, String about, boolean kept) {
    Shown {
        pieces = List.copyOf(pieces);
    }

    /**
     * The beginning of some bytes; what is no UTF-8 of them is shown as U+FFFD.
     *
     * @param bytes as many as there are at hand
     * @param kept how many were kept in all
     * @param produced how many were written in all
     */
    static Shown of(byte[] bytes, long kept, long produced) {
        int length = Math.min(bytes.length, JobView.MOST_SHOWN);
        var text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        return new Shown(Terminal.read(text), about(length, kept, produced), kept > 0);
    }

    /** The beginning of a stream; of one whose bytes are elsewhere only where they are. */
    static Shown of(CapturedStream stream) {
        long kept = stream.keptBytes();
        if (stream.elsewhere() == null) {
            return of(stream.kept(), kept, stream.produced());
        }
        return new Shown(
                List.of(), about(kept, kept, stream.produced()) + ", in the object store", true);
    }

    private static String about(long shown, long kept, long produced) {
        if (produced == 0) {
            return "empty";
        }
        String about = Words.bytes(produced);
        if (kept < produced) {
            about = "%s kept of %s".formatted(Words.bytes(kept), about);
        }
        return shown < kept ? "%s, the first %s shown".formatted(about, Words.bytes(shown)) : about;
    }

    public boolean empty() {
        return pieces.isEmpty();
    }
}
