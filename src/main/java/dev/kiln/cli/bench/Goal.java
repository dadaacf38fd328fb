package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kiln.cli.terminal.Table;
import java.util.List;
import java.util.Locale;

/**
 * A figure and what it is meant to be.
 *
 * @param name what is measured
 * @param value what was measured
 * @param unit of both numbers, such as {@code ms}; {@code x} for a ratio
 * @param bound what the value is meant not to cross
 * @param limit from which side
 */
record Goal(String name, double value, String unit, Bound bound, double limit) {

    /** The good side of a limit. */
    enum Bound {
        AT_MOST,
        AT_LEAST
    }

    static Goal atMost(String name, double value, String unit, double limit) {
        return new Goal(name, value, unit, Bound.AT_MOST, limit);
    }

    static Goal atLeast(String name, double value, String unit, double limit) {
        return new Goal(name, value, unit, Bound.AT_LEAST, limit);
    }

    /** A value that could not be made out (NaN) meets nothing. */
    boolean met() {
        return switch (bound) {
            case AT_MOST -> value <= limit;
            case AT_LEAST -> value >= limit;
        };
    }

    /** For people. */
    static String table(List<Goal> goals, int columns) {
        var table = new Table("", "MEASURED", "TARGET", "");
        for (var goal : goals) {
            table.add(
                    goal.name,
                    number(goal.value) + " " + goal.unit,
                    (goal.bound == Bound.AT_MOST ? "≤ " : "≥ ")
                            + number(goal.limit)
                            + " "
                            + goal.unit,
                    goal.met() ? "✓" : "✗");
        }
        return table.render(columns);
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "?";
        }
        String text = String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
        return text.replaceFirst("\\.?0+$", "");
    }

    /** For scripts. */
    static void json(List<Goal> goals, ArrayNode into) {
        for (var goal : goals) {
            Double known = Double.isNaN(goal.value) ? null : Figures.round(goal.value, 3);
            into.addObject()
                    .put("name", goal.name)
                    .put("value", known)
                    .put("unit", goal.unit)
                    .put(goal.bound == Bound.AT_MOST ? "at_most" : "at_least", goal.limit)
                    .put("met", goal.met());
        }
    }
}
