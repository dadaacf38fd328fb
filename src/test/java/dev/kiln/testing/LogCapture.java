package dev.kiln.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/** All that this process logs while it is open, Kiln's own packages at DEBUG, with stack traces. */
public final class LogCapture implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger("dev.kiln");
    private static final Formatter ALL = new PatternFormatter("%p %c %X %s%n%e");

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Level before = OURS.getLevel();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    lines.add(ALL.format(record));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    /** From now on. */
    public LogCapture() {
        handler.setLevel(Level.ALL);
        OURS.setLevel(Level.FINE);
        ROOT.addHandler(handler);
    }

    /** What was logged so far, each record with all that belongs to it. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        ROOT.removeHandler(handler);
        OURS.setLevel(before);
    }
}
