package dev.kiln.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {

    @Test
    void lines_and_tabs_stay() {
        assertThat(SafeText.lines("a\tb\nc")).isEqualTo("a\tb\nc");
    }

    @Test
    void escape_sequences_become_text() {
        assertThat(SafeText.lines("\u001b[2J\u001b]0;title\u0007")).isEqualTo("␛[2J␛]0;title␇");
    }

    @Test
    void a_carriage_return_cannot_write_over_what_stands_there() {
        assertThat(SafeText.lines("evil\rgood")).isEqualTo("evil␍good");
    }

    @Test
    void eight_bit_controls_and_reordering_marks_are_taken_out() {
        assertThat(SafeText.lines("\u009b31m \u202eabc\u2066"))
                .isEqualTo("\ufffd31m \ufffdabc\ufffd");
    }

    @Test
    void half_a_character_is_replaced() {
        assertThat(SafeText.lines("\ud800x")).isEqualTo("\ufffdx");
    }

    @Test
    void nothing_leaves_its_place_in_a_line() {
        assertThat(SafeText.inline("a\tb\nc\u2028d")).isEqualTo("a b␊c\ufffdd");
    }

    @Test
    void other_languages_and_pictures_are_left_alone() {
        assertThat(SafeText.inline("кирпич 窯 🔥 é")).isEqualTo("кирпич 窯 🔥 é");
    }
}
