package dev.kiln.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.dashboard.Terminal.Piece;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTest {
    @Test
    void colours_and_weight_become_styles_until_they_are_reset() {
        assertThat(Terminal.read("a\u001b[1;31mb\u001b[0mc\n"))
                .containsExactly(new Piece("", "a"), new Piece("b f1", "b"), new Piece("", "c\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, ''",
        "1;4, b u",
        "91, f9",
        "107, g15",
        "38;5;3, f3",
        "38;5;196, f9",
        "48;5;232, g0",
        "38;2;250;5;5, f9",
        "48;2;1;2;3, g0",
        "7, v",
        "8, ''",
        "5, ''",
        "'', ''",
        "99999999, ''",
        "38, ''",
        "38;5, ''",
        "38;2;1, ''",
        "?25, ''"
    })
    void what_there_is_no_class_for_changes_nothing(String parameters, String style) {
        assertThat(Terminal.read("\u001b[" + parameters + "mx"))
                .containsExactly(new Piece(style, "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[2J",
                "\u001b[10;10H",
                "\u001b[?1049h",
                "\u001b]0;a title\u0007",
                "\u001b]8;;https://evil.example\u001b\\",
                "\u001bP1$r0m\u001b\\",
                "\u001b(B",
                "\u001bc"
            })
    void sequences_that_steer_a_terminal_are_left_out(String sequence) {
        assertThat(Terminal.read("a" + sequence + "b")).containsExactly(new Piece("", "ab"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b", "\u001b[31", "\u001b]0;never ends", "\u001b[\u0001m"})
    void the_beginning_of_one_is_shown(String beginning) {
        assertThat(Terminal.read(beginning).getFirst()).isEqualTo(new Piece("mark", "\u241b"));
        assertThat(text(beginning)).hasSameSizeAs(beginning);
    }

    @Test
    void a_string_that_does_not_end_swallows_nothing() {
        String long5000 = "x".repeat(5000);
        assertThat(text("\u001b]" + long5000 + "\u0007")).contains(long5000);
    }

    @ParameterizedTest
    @CsvSource({
        "202E, [U+202E]",
        "2066, [U+2066]",
        "200B, [U+200B]",
        "FEFF, [U+FEFF]",
        "2028, [U+2028]",
        "9B, [U+009B]",
        "E0041, [U+E0041]",
        "0, \u2400",
        "8, \u2408",
        "D, \u240d"
    })
    void what_nobody_would_see_or_would_change_the_order_is_named(String code, String mark) {
        String text = "a" + Character.toString(Integer.parseInt(code, 16)) + "b";
        assertThat(Terminal.read(text))
                .containsExactly(new Piece("", "a"), new Piece("mark", mark), new Piece("", "b"));
    }

    @Test
    void ends_of_lines_tabs_letters_of_all_scripts_and_joined_emoji_stay() {
        String text = "a\tb\nשלום 窯 👩‍🚒\n";
        assertThat(Terminal.read(text)).containsExactly(new Piece("", text));
        assertThat(text("a\r\nb")).isEqualTo("a\nb");
    }

    @Test
    void there_are_no_more_pieces_than_a_page_can_bear_and_what_is_in_the_last_is_as_harmless() {
        int many = 10 * Terminal.MOST_PIECES;
        var pieces = Terminal.read("\u001b[31ma\u001b[32mb\u0001\u202e".repeat(many));
        assertThat(pieces).hasSize(Terminal.MOST_PIECES);
        assertThat(pieces.getFirst()).isEqualTo(new Piece("f1", "a"));
        assertThat(pieces.getLast().style()).isEmpty();
        var text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.text()));
        assertThat(text.toString()).isEqualTo("ab\u2401[U+202E]".repeat(many));
    }

    @Test
    void markup_is_text_like_any_other() {
        assertThat(text("<script>alert(1)</script>")).isEqualTo("<script>alert(1)</script>");
    }

    private static String text(String output) {
        var text = new StringBuilder();
        Terminal.read(output).forEach(piece -> text.append(piece.text()));
        return text.toString();
    }
}
