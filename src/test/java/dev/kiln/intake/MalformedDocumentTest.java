package dev.kiln.intake;

import static dev.kiln.intake.Documents.MINIMAL;
import static dev.kiln.intake.Documents.errors;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.wire.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MalformedDocumentTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "'' | '' | is empty",
                "' ' | '' | is empty",
                "null | '' | must be a JSON object, is null",
                "[] | '' | must be a JSON object, is an array",
                "'\"x\"' | '' | must be a JSON object, is a string",
                "{} {} | '' | goes on after its end",
                "{} x | '' | not valid JSON",
                "{\"a\": | /a | not valid JSON",
                "{\"code\": \"a\", \"code\": \"b\"} | /code | Duplicate field 'code'",
                "{\"env\": {\"A\": \"\", \"A\": \"\"}} | /env/A | Duplicate field 'A'",
                "{'a': 1} | '' | not valid JSON",
                "{\"a\": 1,} | /a | not valid JSON",
                "{\"a\": NaN} | /a | not valid JSON",
                "{\"a\": 01} | /a | not valid JSON",
                "{\"a\": 1e99999999999} | /a | exponent is absurd",
                "{\"a\": /* */ 1} | /a | not valid JSON",
            },
            quoteCharacter = '\'',
            ignoreLeadingAndTrailingWhitespace = true)
    void what_is_not_one_json_object_is_refused(String document, String pointer, String message) {
        assertThat(errors(document))
                .singleElement()
                .satisfies(error -> assertThat(error.pointer()).isEqualTo(pointer))
                .satisfies(error -> assertThat(error.message()).contains(message));
    }

    @Test
    void a_duplicate_key_is_named_where_it_is() {
        assertThat(errors("{\"env\": {\"A\": \"1\", \"A\": \"2\"}}"))
                .extracting(FieldError::pointer)
                .containsExactly("/env/A");
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused_with_the_way_to_send_them() {
        byte[] latin1 = MINIMAL.replace("1", "ä").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(errors(latin1)).singleElement().asString().contains("is not UTF-8", "base64");
    }

    @Test
    void other_encodings_of_unicode_are_refused() {
        assertThat(errors(MINIMAL.getBytes(StandardCharsets.UTF_16BE))).hasSize(1);
        assertThat(errors(MINIMAL.getBytes(StandardCharsets.UTF_16LE))).hasSize(1);
    }

    @Test
    void nesting_is_bounded() {
        assertThat(errors("{\"args\": " + "[".repeat(100_000) + "}"))
                .singleElement()
                .asString()
                .contains("depth");
    }

    @Test
    void a_document_of_endless_small_values_is_refused_before_it_fills_memory() {
        assertThat(errors("{\"args\": [" + "{},".repeat(1_000_000) + "{}]}"))
                .singleElement()
                .asString()
                .contains("more than a job may be: Token count (50001)");
    }

    @Test
    void all_errors_are_told_at_once() {
        assertThat(errors("{\"priority\": 1000, \"nope\": 1, \"sandbox\": {\"pids_limit\": 0}}"))
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder(
                        "/nope", "/language", "/code", "/sandbox/pids_limit", "/priority");
    }

    @Test
    void the_errors_of_one_document_are_bounded() {
        var fields =
                Stream.iterate(0, i -> i + 1).limit(5_000).map(i -> "\"x" + i + "\": 1").toList();
        assertThat(errors("{" + String.join(",", fields) + "}"))
                .hasSizeLessThan(30)
                .last()
                .asString()
                .contains("more errors");
    }
}
