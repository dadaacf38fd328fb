package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchemaTest {
    @Test
    void tables_that_are_ignored_need_no_database() {
        var schema =
                new Schema(null, null, () -> SchemaConfig.AtStart.IGNORE, "jdbc:postgresql://none");

        assertThat(schema.prepare()).isEmpty();
        assertThat(schema.isAllThereIsToDo()).isFalse();
    }
}
