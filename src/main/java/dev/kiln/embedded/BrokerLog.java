package dev.kiln.embedded;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Handler;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.LogManager;
import org.jboss.logmanager.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.FileHandler;

/** Where the many words of a broker go that runs in a process with other things to say. */
public final class BrokerLog {

    /**
     * The loggers of the broker, and those that it shares with clients and that only recite
     * settings.
     */
    public static final List<String> LOGGERS =
            List.of(
                    "kafka",
                    "state.change.logger",
                    "org.apache.kafka.common.config",
                    "org.apache.kafka.common.utils.AppInfoParser",
                    "org.apache.kafka.controller",
                    "org.apache.kafka.coordinator",
                    "org.apache.kafka.image",
                    "org.apache.kafka.metadata",
                    "org.apache.kafka.network",
                    "org.apache.kafka.queue",
                    "org.apache.kafka.raft",
                    "org.apache.kafka.server",
                    "org.apache.kafka.snapshot",
                    "org.apache.kafka.storage",
                    "org.apache.kafka.timeline");

    private BrokerLog() {}

    /** Lets only errors of the broker through to wherever this JVM logs to. */
    public static void quiet() {
        LOGGERS.forEach(name -> logger(name).setLevel(Level.ERROR));
    }

    /**
     * Sends everything that this JVM logs, the broker first of all, to this file and nowhere else.
     */
    public static void toFile(Path file) throws FileNotFoundException {
        // Read once, by whoever logs first; Quarkus's own launcher sets it likewise.
        System.setProperty("java.util.logging.manager", LogManager.class.getName());
        var lines = new PatternFormatter("%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%c] (%t) %s%e%n");
        var root = logger("");
        root.setLevel(Level.WARN);
        root.clearHandlers();
        // What was logged so far waits in Quarkus's handler for a logging configuration, which here
        // is this one.
        InitialConfigurator.DELAYED_HANDLER.setHandlers(
                new Handler[] {new FileHandler(lines, file.toFile(), true)});
        root.addHandler(InitialConfigurator.DELAYED_HANDLER);
    }

    private static Logger logger(String name) {
        return LogContext.getLogContext().getLogger(name);
    }
}
