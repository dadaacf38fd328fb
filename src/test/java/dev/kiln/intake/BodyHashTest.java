package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.OTHER;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.accepted;
import static dev.kiln.intake.Documents.utf8;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyHashTest {
    private static final String DOCUMENT =
            """
            {"language": "python", "code": "é\\n", "args": ["1", "2"],
             "sandbox": {"timeout": 30, "cpu_limit": 0.5}, "labels": {"b": "", "a": ""}}""";

    @ParameterizedTest
    @ValueSource(
            strings = {
                // another order
                """
                {"labels": {"a": "", "b": ""}, "sandbox": {"cpu_limit": 0.5, "timeout": 30},
                 "args": ["1", "2"], "code": "é\\n", "language": "python"}""",
                // other white space and escapes
                """
                {"language":"python","code":"\\u00e9\\u000A","args":["1","2"],"sandbox":{"timeout":30,"cpu_limit":0.5},
                 "labels":{"b":"","a":""}}""",
                // other spellings of numbers
                """
                {"language": "python", "code": "é\\n", "args": ["1", "2"],
                 "sandbox": {"timeout": 3.0e1, "cpu_limit": 0.500}, "labels": {"b": "", "a": ""}}""",
                // nulls, and an id
                """
                {"id": "01993f5e-7a10-7c3e-9d1f-000000000001", "language": "python", "code": "é\\n", "args": ["1", "2"],
                 "sandbox": {"timeout": 30, "cpu_limit": 0.5, "image": null}, "labels": {"b": "", "a": ""}, "ttl": null}"""
            })
    void the_same_document_written_otherwise_is_the_same_body(String other) {
        assertThat(hash(other)).isEqualTo(hash(DOCUMENT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"stdin\": \"\"",
                "\"stdin\": {\"base64\": \"\"}",
                "\"sandbox\": {}",
                "\"sandbox\": {\"timeout\": 30}",
                "\"sandbox\": {\"memory_limit\": \"512m\"}",
                "\"sandbox\": {\"memory_limit\": 536870912}",
                "\"args\": [\"a\", \"b\"]",
                "\"args\": [\"b\", \"a\"]",
                "\"tenant\": \"default\""
            })
    void any_other_document_is_another_body(String field) {
        assertThat(hash(with(field))).isNotEqualTo(hash(with("\"id\": null")));
    }

    @Test
    void the_door_does_not_change_the_body() {
        var document = utf8(with("\"priority\": 1"));
        var overHttp =
                accepted(
                                READER.read(
                                        document,
                                        new Origin.Http(
                                                FRESH, new Origin.RequestBatch("b", true), null)))
                        .bodyHash();
        assertThat(accepted(READER.read(document, new Origin.Topic(OTHER))).bodyHash())
                .isEqualTo(overHttp);
    }

    @Test
    void the_canonical_form_is_the_documented_one() throws Exception {
        var canonical =
                "{\"args\":[\"1\",\"2\"],\"code\":\"é\\n\",\"labels\":{\"a\":\"\",\"b\":\"\"},\"language\":\"python\","
                        + "\"sandbox\":{\"cpu_limit\":0.5,\"timeout\":3E+1}}";
        var expected =
                MessageDigest.getInstance("SHA-256")
                        .digest(canonical.getBytes(StandardCharsets.UTF_8));
        assertThat(hash(DOCUMENT)).isEqualTo(HexFormat.of().formatHex(expected));
    }

    private static String hash(String document) {
        return HexFormat.of().formatHex(accepted(document).bodyHash());
    }
}
