package dev.kiln.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills a statement's parameters with arrays, one a column: one round trip and one plan for any
 * number of rows. The arrays have the static types that the driver sends in binary.
 *
 * @param <T> a row
 */
final class ArrayColumns<T> {
    private final PreparedStatement statement;
    private final List<T> rows;
    private int index;

    ArrayColumns(PreparedStatement statement, List<T> rows) {
        this.statement = statement;
        this.rows = rows;
    }

    void uuids(Function<T, UUID> value) throws SQLException {
        set("uuid", rows.stream().map(value).toArray(UUID[]::new));
    }

    void texts(Function<T, @Nullable String> value) throws SQLException {
        set("text", rows.stream().map(value).toArray(String[]::new));
    }

    void bytes(Function<T, byte @Nullable []> value) throws SQLException {
        // The driver tells an array of byte strings from a matrix by the array's static type.
        set("bytea", rows.stream().map(value).toArray(byte[][]::new));
    }

    void longs(Function<T, @Nullable Long> value) throws SQLException {
        set("int8", rows.stream().map(value).toArray(Long[]::new));
    }

    void ints(Function<T, @Nullable Integer> value) throws SQLException {
        set("int4", rows.stream().map(value).toArray(Integer[]::new));
    }

    void doubles(Function<T, Double> value) throws SQLException {
        set("float8", rows.stream().map(value).toArray(Double[]::new));
    }

    void booleans(Function<T, @Nullable Boolean> value) throws SQLException {
        set("bool", rows.stream().map(value).toArray(Boolean[]::new));
    }

    private void set(String type, Object[] values) throws SQLException {
        index++;
        statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }
}
