package dev.kiln.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows of text under headings. The last column takes what room is left and is cut to it. */
public final class Table {

    private static final String GAP = "  ";
    private static final int WIDEST = 24;
    private static final int LAST_AT_LEAST = 20;

    private final List<List<String>> rows = new ArrayList<>();

    /** With these headings. */
    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** Adds a row; its text may be anything. */
    public void add(String... cells) {
        if (cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException(
                    "a row of " + cells.length + " cells in a table of " + rows.getFirst());
        }
        rows.add(List.of(cells).stream().map(SafeText::inline).toList());
    }

    /** The lines of the table, none wider than the terminal unless that is absurdly narrow. */
    public String render(int terminalColumns) {
        int last = rows.getFirst().size() - 1;
        var widths = new ArrayList<Integer>();
        for (int column = 0; column < last; column++) {
            widths.add(width(column));
        }
        int taken = widths.stream().mapToInt(width -> width + GAP.length()).sum();
        widths.add(Math.max(LAST_AT_LEAST, terminalColumns - taken));
        var text = new StringBuilder();
        for (var row : rows) {
            text.append(line(row, widths)).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream()
                .mapToInt(row -> Math.min(WIDEST, Columns.of(row.get(column))))
                .max()
                .orElse(0);
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
