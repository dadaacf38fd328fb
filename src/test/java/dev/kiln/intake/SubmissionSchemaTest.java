package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.MINIMAL;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.utf8;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.networknt.schema.JsonSchema;
import dev.kiln.wire.Json;
import dev.kiln.wire.Schemas;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reader and schema agree; where a schema cannot say a rule, the exception is listed here. */
class SubmissionSchemaTest {
    private static final JsonSchema SCHEMA = Schemas.of("submission");

    /** Parts of the reader's messages for rules that no schema can express. */
    private static final List<String> BEYOND_THE_SCHEMA =
            List.of(
                    // the site's policy, its languages
                    "is not among the images",
                    "no job gets a network here",
                    "at most 900",
                    "at most 2592000",
                    "kiln.webhooks.secrets",
                    "at least 0.001",
                    "at most 4",
                    "at least 64m",
                    "at least 0.1",
                    "at most 512",
                    "at most 16m",
                    "at most 1g",
                    "at least 4k",
                    // arithmetic on strings and between fields
                    "three decimals",
                    "padding",
                    "after run_at",
                    "given twice",
                    "is a file already",
                    "is a folder",
                    "code itself",
                    "reserved",
                    // what the validator's own reader has already replaced or let pass
                    "255 bytes of UTF-8",
                    "lone surrogate",
                    "in UTC too",
                    "size of no batch");

    /**
     * What validators cannot see: they read numbers as doubles, and some let a last line feed pass
     * a pattern's end.
     */
    private static final List<String> BEYOND_VALIDATORS = List.of("2147483647", "\\n\"");

    static Stream<Arguments> valid() {
        return Stream.of(
                        "\"id\": \"01993F5E-7A10-7C3E-9D1F-3B2A51C0FFEE\"",
                        "\"id\": null, \"stdin\": null, \"args\": null, \"env\": null, \"files\": null",
                        "\"sandbox\": null, \"tenant\": null, \"batch\": null, \"priority\": null",
                        "\"labels\": null, \"run_at\": null, \"deadline\": null, \"context\": null",
                        "\"stdin\": {\"text\": \"\"}",
                        "\"stdin\": {\"base64\": \"AA==\"}",
                        "\"stdin\": {\"base64\": \"AA==\", \"text\": null}",
                        "\"stdin\": \"\\u0000\"",
                        "\"args\": [\"\", \"x\"]",
                        "\"env\": {\"_a1\": \"\"}",
                        "\"files\": [{\"path\": \"a/.b/..c\", \"text\": \"\"}]",
                        "\"files\": [{\"path\": \"ä\", \"base64\": \"\", \"text\": null}]",
                        "\"sandbox\": {}",
                        "\"sandbox\": {\"timeout\": 0.5, \"memory_limit\": \"64M\", \"cpu_limit\": 1}",
                        "\"sandbox\": {\"timeout\": null, \"memory_limit\": null, \"cpu_limit\": null}",
                        "\"sandbox\": {\"pids_limit\": 5.0, \"output_limit\": 0, \"disk_limit\": 1e6}",
                        "\"sandbox\": {\"image\": null, \"network_enabled\": false}",
                        "\"sandbox\": {\"network_enabled\": null, \"disk_limit\": \"1mB\"}",
                        "\"batch\": \"b\", \"batch_size\": 7",
                        "\"priority\": -100",
                        "\"priority\": 1.0e2",
                        "\"ttl\": 60",
                        "\"ttl\": 2.592e6",
                        "\"labels\": {\"a:b\": \"😀\"}",
                        "\"run_at\": \"2030-01-01T00:00:00.123456789+18:00\"",
                        "\"deadline\": \"2030-01-01t00:00:00z\"")
                .map(field -> arguments(field));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void both_take_what_is_valid(String field) {
        assertThat(reader(with(field))).isInstanceOf(Reading.Accepted.class);
        assertThat(objections(with(field))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.kiln.intake.WrongFieldTest#wrongFields")
    void both_refuse_what_is_wrong(String field, String pointer, String message) {
        assertThat(reader(with(field))).isInstanceOf(Reading.Refused.class);
        if (BEYOND_THE_SCHEMA.stream().anyMatch(message::contains)
                || BEYOND_VALIDATORS.stream().anyMatch(field::contains)) {
            return;
        }
        assertThat(objections(with(field))).as("schema's objections to %s", pointer).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{\"language\": \"python\"}",
                "{\"code\": \"\"}",
                "{\"language\": \"\", \"code\": \"\"}",
                "{\"language\": \"python\", \"code\": null}",
                "{\"language\": null, \"code\": \"\"}",
                "{\"language\": \"python\", \"code\": 1}"
            })
    void both_require_language_and_code(String document) {
        assertThat(reader(document)).isInstanceOf(Reading.Refused.class);
        assertThat(objections(document)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void the_reader_takes_nothing_that_the_schema_refuses(long seed) {
        SubmissionReaderFuzzTest.hostileDocuments(seed, 500)
                .filter(document -> reader(document) instanceof Reading.Accepted)
                .forEach(document -> assertThat(objections(document)).as(document).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = MINIMAL)
    void the_least_document_is_valid(String document) {
        assertThat(objections(document)).isEmpty();
    }

    private static Reading reader(String document) {
        return READER.read(utf8(document), new Origin.Http(FRESH));
    }

    private static List<String> objections(String document) {
        return Schemas.objections(SCHEMA, Json.ofBytes(utf8(document)));
    }
}
