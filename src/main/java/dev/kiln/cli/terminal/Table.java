package dev.kiln.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of text under headings. The last column takes what room is left and is cut to it. */
public final class Table {

    private static final String GAP = "  ";
    private static final int WIDEST = 24;
    private static final int LAST_AT_LEAST = 20;

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean wholeFirst;

    /** With these headings. */
    public Table(String... headings) {
        this(false, headings);
    }

    private Table(boolean wholeFirst, String... headings) {
        this.wholeFirst = wholeFirst;
        rows.add(List.of(headings));
    }

    /** One whose first column is never cut: half of an id is none. */
    public static Table wholeFirst(String... headings) {
        return new Table(true, headings);
    }

    /** Adds a row; its text may be anything. */
    public void add(String... cells) {
        if (cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException(
                    "a row of " + cells.length + " cells in a table of " + rows.getFirst());
        }
        rows.add(List.of(cells).stream().map(SafeText::inline).toList());
    }

    /**
     * The lines of the table, none wider than the terminal unless that is absurdly narrow. Where
     * there is room no cell is cut.
     */
    public String render(int terminalColumns) {
        List<Integer> natural = naturalWidths();
        int widest = WIDEST;
        while (widest < natural.stream().max(Integer::compare).orElse(0)
                && taken(natural, widest + 1) + LAST_AT_LEAST <= terminalColumns) {
            widest++;
        }
        var widths = new ArrayList<Integer>();
        for (int column = 0; column < natural.size(); column++) {
            widths.add(width(natural, column, widest));
        }
        widths.add(Math.max(LAST_AT_LEAST, terminalColumns - taken(natural, widest)));
        var text = new StringBuilder();
        for (var row : rows) {
            text.append(line(row, widths)).append('\n');
        }
        return text.toString();
    }

    /** What all columns but the last need, none of them more than so much, with their gaps. */
    private int taken(List<Integer> natural, int widest) {
        return IntStream.range(0, natural.size())
                .map(column -> width(natural, column, widest) + GAP.length())
                .sum();
    }

    private int width(List<Integer> natural, int column, int widest) {
        int width = natural.get(column);
        return wholeFirst && column == 0 ? width : Math.min(width, widest);
    }

    /** Of all columns but the last. */
    private List<Integer> naturalWidths() {
        return IntStream.range(0, rows.getFirst().size() - 1)
                .mapToObj(
                        column ->
                                rows.stream()
                                        .mapToInt(row -> Columns.of(row.get(column)))
                                        .max()
                                        .orElse(0))
                .toList();
    }

    private static String line(List<String> row, List<Integer> widths) {
        var line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = Columns.fit(row.get(column), widths.get(column));
            line.append(column == 0 ? "" : GAP).append(cell);
            line.append(" ".repeat(widths.get(column) - Columns.of(cell)));
        }
        return line.toString().stripTrailing();
    }
}
