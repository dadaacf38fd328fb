package dev.kiln.store;

import dev.kiln.lifecycle.Loop;
import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears, on the one connection of this process that listens, what other processes say. Hints only:
 * they may be lost, and come by no connection pooler that shares connections between statements;
 * whoever hears them asks the tables all the same, only less often.
 */
@ApplicationScoped
class HintListener {
    private static final Logger LOG = Logger.getLogger(HintListener.class);

    /** Also how long a stop of the process may wait for it. */
    private static final Duration TURN = Duration.ofSeconds(1);

    private static final int VALID_SECONDS = 2;

    /** What the connection that listens is called in {@code pg_stat_activity}. */
    private static final String NAMED = "set application_name to 'kiln-hints'";

    private final AgroalDataSource dataSource;
    private final HintSender sender;
    private final List<HintReceiver> receivers;
    private @Nullable Connection connection;
    private @Nullable Loop loop;

    HintListener(
            AgroalDataSource dataSource, HintSender sender, @All List<HintReceiver> receivers) {
        this.dataSource = dataSource;
        this.sender = sender;
        this.receivers = receivers.stream().filter(HintReceiver::wanted).toList();
    }

    void start(@Observes StartupEvent event) {
        if (!receivers.isEmpty()) {
            loop = Loop.start("hints", () -> {}, this::hear);
        }
    }

    /** Waits for hints, at most a turn, and hands them on. */
    private void hear() {
        try {
            Connection listening = listening();
            var hints =
                    listening
                            .unwrap(PGConnection.class)
                            .getNotifications(Math.toIntExact(TURN.toMillis()));
            // Silence may be that of a dead connection, which nothing else would notice.
            if (hints.length == 0 && !listening.isValid(VALID_SECONDS)) {
                throw new SQLException("the connection that listens for hints broke");
            }
            for (PGNotification hint : hints) {
                handOn(hint);
            }
        } catch (SQLException e) {
            close();
            throw new StoreUnavailable(e);
        }
    }

    /** Not that this process itself has queued something: its worker was told without a detour. */
    private void handOn(PGNotification hint) {
        if (hint.getParameter().equals(sender.process())) {
            return;
        }
        for (HintReceiver receiver : receivers) {
            if (receiver.channel().sqlName().equals(hint.getName())) {
                receiver.heard(hint.getParameter());
            }
        }
    }

    private Connection listening() throws SQLException {
        if (connection == null) {
            connection = dataSource.getConnection();
            execute(
                    connection,
                    receivers.stream()
                            .map(receiver -> "listen " + receiver.channel().sqlName() + ";")
                            .distinct()
                            .collect(Collectors.joining("", "", NAMED)));
            receivers.forEach(HintReceiver::mayHaveMissed);
        }
        return connection;
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
        close();
    }

    /** Gives the connection back, deaf again. */
    private void close() {
        if (connection == null) {
            return;
        }
        try (var given = connection) {
            execute(given, "unlisten *; reset application_name");
        } catch (SQLException gone) {
            LOG.debug("a listening connection was closed by the other side", gone);
        }
        connection = null;
    }

    private static void execute(Connection connection, String command) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(command);
        }
    }
}
