package dev.kiln.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void columns_are_as_wide_as_their_widest_cell() {
        var table = new Table("A", "BEE", "C");
        table.add("one", "2", "three");
        assertThat(table.render(80)).isEqualTo("A    BEE  C\none  2    three\n");
    }

    @Test
    void the_last_column_is_cut_to_the_terminal() {
        var table = new Table("A", "OUTPUT");
        table.add("x", "0123456789".repeat(10));
        assertThat(table.render(40).lines())
                .last()
                .satisfies(line -> assertThat(line).hasSize(40).endsWith("5…"));
    }

    @Test
    void wide_characters_take_two_columns() {
        var table = new Table("A", "B");
        table.add("窯", "x");
        table.add("abc", "y");
        assertThat(table.render(80)).isEqualTo("A    B\n窯   x\nabc  y\n");
    }

    @Test
    void a_name_of_any_length_leaves_room_for_the_rest() {
        var table = new Table("A", "B");
        table.add("n".repeat(500), "x");
        assertThat(table.render(80).lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void no_cell_is_cut_where_there_is_room() {
        var table = new Table("A", "B", "C");
        table.add("a".repeat(50), "b".repeat(30), "c".repeat(20));
        assertThat(table.render(104))
                .contains("a".repeat(50) + "  " + "b".repeat(30) + "  " + "c".repeat(20));
        assertThat(table.render(103)).contains("a".repeat(48) + "…");
        assertThat(table.render(103).lines()).allMatch(line -> line.length() <= 103);
    }

    @Test
    void a_first_column_of_ids_is_whole_however_narrow_the_terminal() {
        var table = Table.wholeFirst("ID", "B", "C");
        table.add("i".repeat(36), "b".repeat(30), "c");
        assertThat(table.render(60)).contains("i".repeat(36) + "  " + "b".repeat(23) + "…  c");
        assertThat(table.render(200)).contains("i".repeat(36) + "  " + "b".repeat(30) + "  c");
    }

    @Test
    void a_cell_cannot_break_out_of_its_row() {
        var table = new Table("A", "B");
        table.add("a\nb\u001b[1m", "x");
        assertThat(table.render(80)).isEqualTo("A        B\na␊b␛[1m  x\n");
    }

    @Test
    void a_row_of_another_length_is_refused() {
        assertThatThrownBy(() -> new Table("A").add("1", "2"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
