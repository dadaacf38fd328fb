package dev.kiln.testing;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads as much of PromQL as is needed to know which metrics an expression asks for. */
public final class PromQl {
    private static final Set<String> WORDS =
            Set.of(
                    "and",
                    "or",
                    "unless",
                    "on",
                    "ignoring",
                    "group_left",
                    "group_right",
                    "bool",
                    "offset",
                    "inf",
                    "nan");
    private static final Pattern TEXTS = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern MATCHERS = Pattern.compile("\\{[^{}]*}|\\[[^]]*]");
    private static final Pattern GROUPS =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    private static final Pattern NAME =
            Pattern.compile("(?<![\\w.$])([a-zA-Z_:][a-zA-Z0-9_:]*)(?!\\w)(?!\\s*\\()");

    private PromQl() {}

    /** The names of the metrics that the expression reads. */
    public static Set<String> metrics(String expression) {
        String bare = TEXTS.matcher(expression).replaceAll("\"\"");
        bare = MATCHERS.matcher(bare).replaceAll(" ");
        bare = GROUPS.matcher(bare).replaceAll(" ");
        Set<String> names = new TreeSet<>();
        NAME.matcher(bare)
                .results()
                .map(name -> name.group(1))
                .filter(name -> !WORDS.contains(name.toLowerCase(java.util.Locale.ROOT)))
                .forEach(names::add);
        return names;
    }
}
