package dev.kiln.chaos;

import java.sql.SQLException;
import java.time.Duration;

/** Harm to the broker or the database, which all processes share. */
sealed interface ServerFault extends Fault {
    /** The broker stops cleanly and comes back with its data. */
    record RestartBroker(Duration down) implements ServerFault {
        @Override
        public String inWords() {
            return "restart the broker, down for " + Fault.seconds(down);
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            var backends = scene.cluster().backends();
            backends.stopKafka();
            try {
                Thread.sleep(down);
            } finally {
                backends.startKafka();
            }
        }
    }

    /** Postgres stops (mode fast: sessions are broken) and comes back with its data. */
    record RestartDatabase(Duration down) implements ServerFault {
        @Override
        public boolean troublesDatabase() {
            return true;
        }

        @Override
        public String inWords() {
            return "restart Postgres, down for " + Fault.seconds(down);
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            var backends = scene.cluster().backends();
            backends.stopDatabase();
            try {
                Thread.sleep(down);
            } finally {
                backends.startDatabase();
            }
        }
    }

    /** {@code pg_terminate_backend} of every session of Kiln's. */
    record TerminateBackends() implements ServerFault {
        private static final String TERMINATE =
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()";

        @Override
        public boolean troublesDatabase() {
            return true;
        }

        @Override
        public String inWords() {
            return "terminate all sessions of Postgres";
        }

        @Override
        public void strike(Scene scene) {
            try (var connection = scene.cluster().backends().access().dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(TERMINATE);
            } catch (SQLException databaseAway) {
                // Then another fault has ended the sessions already.
                scene.journal().struck("(no sessions to terminate, Postgres is away)");
            }
        }
    }
}
