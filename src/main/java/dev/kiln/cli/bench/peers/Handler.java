package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.CliException;
import java.util.List;
import java.util.Locale;

/**
 * What the peers' jobs do. Kiln's always do the same: they write a result row, since that is what a
 * job of Kiln's is.
 */
enum Handler {
    /** Nothing. */
    NOOP,
    /** The insert of a row of the shape of Kiln's results. */
    INSERT;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@code --handler} says.
     *
     * @throws CliException for anything but noop, insert and both
     */
    static List<Handler> parse(String text) {
        return switch (text) {
            case "noop" -> List.of(NOOP);
            case "insert" -> List.of(INSERT);
            case "both" -> List.of(NOOP, INSERT);
            default ->
                    throw new CliException(
                            "--handler is noop, insert or both, not '%s'".formatted(text));
        };
    }
}
