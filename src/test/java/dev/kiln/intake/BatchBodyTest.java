package dev.kiln.intake;

import static dev.kiln.intake.Documents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchBodyTest {
    @Test
    void lines_are_counted_from_one_and_blank_ones_count_too() {
        assertThat(cut(BatchBody.LINES, "{}\r\n\n  \t\n{\"a\":1}\n"))
                .containsExactly("1: {}\r", "4: {\"a\":1}");
    }

    @Test
    void the_last_line_needs_no_end() {
        assertThat(cut(BatchBody.LINES, "{}\n{}")).containsExactly("1: {}", "2: {}");
    }

    @Test
    void a_line_may_hold_anything() {
        assertThat(cut(BatchBody.LINES, "{\n}")).containsExactly("1: {", "2: }");
    }

    @Test
    void elements_are_cut_out_as_they_were_sent() {
        assertThat(cut(BatchBody.ARRAY, " [ {\"é\" : [ 1 , {} ] } ,{}, {\"a\": \"]\\\"\"}\n]\n"))
                .containsExactly("0: {\"é\" : [ 1 , {} ] }", "1: {}", "2: {\"a\": \"]\\\"\"}");
    }

    @Test
    void elements_that_are_no_objects_are_left_for_the_reader_to_refuse() {
        assertThat(cut(BatchBody.ARRAY, "[1, \"x\\n\", [2, []], null, true, -1.5e3]"))
                .containsExactly(
                        "0: 1", "1: \"x\\n\"", "2: [2, []]", "3: null", "4: true", "5: -1.5e3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{}",
                "[",
                "[{}",
                "[{},]",
                "[{}] x",
                "[{}]{}",
                "[{} {}]",
                "null",
                "[\u0000]"
            })
    void a_body_that_is_no_array_is_a_problem_of_its_own(String body) {
        assertThatThrownBy(() -> cut(BatchBody.ARRAY, body))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo("/problems/malformed-body"));
    }

    @Test
    void an_array_in_another_encoding_is_refused() {
        byte[] body = "[{}]".getBytes(StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> BatchBody.ARRAY.cut(body, 100)).hasMessageContaining("not UTF-8");
    }

    @ParameterizedTest
    @EnumSource
    void millions_of_empty_documents_are_not_even_cut(BatchBody format) {
        var body = format == BatchBody.LINES ? "1\n".repeat(101) : "[" + "1,".repeat(100) + "1]";
        assertThatThrownBy(() -> cut(format, body))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(413));
    }

    private static List<String> cut(BatchBody format, String body) {
        return format.cut(utf8(body), 100).stream()
                .map(e -> e.position() + ": " + new String(e.document(), StandardCharsets.UTF_8))
                .toList();
    }
}
