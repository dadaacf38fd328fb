package dev.kiln.bench.peers;

import java.nio.file.Path;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Small things that every driver asks. */
final class Sql {

    private Sql() {}

    static void execute(DataSource database, String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static boolean exists(DataSource database, String query) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select exists (" + query + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** The version of the library that a class is from, by the name of its jar. */
    static String versionOf(Class<?> type) {
        String jar = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getFileName().toString();
        return jar.replaceAll("^.*-(\\d.*)\\.jar$", "$1");
    }
}
