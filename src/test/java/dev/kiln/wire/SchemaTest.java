package dev.kiln.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"submission", "cancel", "retry", "job", "completion", "batch-completion"})
    void each_schema_is_one_by_its_own_dialect(String name) {
        var dialect =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(
                                SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertThat(Schemas.objections(dialect, Json.resource("/schemas/" + name + ".schema.json")))
                .isEmpty();
    }
}
