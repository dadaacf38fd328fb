package dev.kiln.upgrade;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a migration may not do while processes of the release before are at work: take away or
 * rename what their statements name, or ask of their rows what they do not write.
 */
final class MigrationRules {
    /**
     * In a comment of the statement: that no statement of the release before uses what goes, and
     * since when.
     */
    private static final Pattern CONTRACT = Pattern.compile("-- contract: \\S.*");

    private static final Map<Pattern, String> FORBIDDEN =
            Map.of(
                    words("drop (table|view|function|trigger|type|sequence)"),
                    "takes away what the release before may use",
                    words("alter table .*\\bdrop (?!constraint|default|not null|identity)"),
                    "takes away what the release before may use",
                    words("rename( column)? .*\\bto"),
                    "renames what the release before may use",
                    words("alter column \\S+ (set data )?type"),
                    "changes the type of what the release before reads and writes",
                    words("alter column \\S+ set not null"),
                    "asks for a value that the release before may not write",
                    words("alter column \\S+ drop default"),
                    "takes a default away that the release before may rely on",
                    words("alter table .*\\badd (constraint|check|unique|foreign|primary)"),
                    "may refuse what the release before writes",
                    words("create unique index"),
                    "may refuse what the release before writes",
                    words("(?<!(after|before|or) )(truncate|delete from)"),
                    "removes rows");

    /** One column that is added, up to the next clause. */
    private static final Pattern ADDED =
            Pattern.compile(
                    "\\badd (column )?(?!constraint|check|primary|foreign|unique|column)[^,;]*",
                    Pattern.CASE_INSENSITIVE);

    private MigrationRules() {}

    private static Pattern words(String expression) {
        return Pattern.compile("\\b" + expression + "\\b", Pattern.CASE_INSENSITIVE);
    }

    /** What breaks the rules in this file, each with its statement; empty when nothing does. */
    static List<String> broken(String file) {
        List<String> broken = new ArrayList<>();
        for (String statement : statements(file)) {
            if (CONTRACT.matcher(statement).find()) {
                continue;
            }
            String bare = bare(statement);
            FORBIDDEN.forEach(
                    (pattern, why) -> {
                        if (pattern.matcher(bare).find()) {
                            broken.add(why + ": " + bare);
                        }
                    });
            if (ADDED.matcher(bare).results().anyMatch(added -> mustBeGiven(added.group()))) {
                broken.add("asks for a value that the release before does not write: " + bare);
            }
        }
        return broken;
    }

    private static boolean mustBeGiven(String column) {
        String lower = column.toLowerCase(Locale.ROOT);
        return lower.contains(" not null")
                && !lower.contains(" default ")
                && !lower.contains(" generated ");
    }

    /** Without comments and bodies of functions, in one line. */
    private static String bare(String statement) {
        return statement
                .replaceAll("--[^\n]*", " ")
                .replaceAll("(?s)\\$\\$.*\\$\\$", "\\$\\$")
                .replaceAll("\\s+", " ")
                .strip();
    }

    /** Bodies of functions are one statement with what makes them. */
    private static List<String> statements(String file) {
        List<String> statements = new ArrayList<>();
        var statement = new StringBuilder();
        boolean quoted = false;
        for (String line : file.split("\n")) {
            String code = line.replaceAll("--.*", "");
            for (int at = code.indexOf("$$"); at >= 0; at = code.indexOf("$$", at + 2)) {
                quoted = !quoted;
            }
            statement.append(line).append('\n');
            if (!quoted && code.strip().endsWith(";")) {
                statements.add(statement.toString());
                statement.setLength(0);
            }
        }
        if (!statement.toString().isBlank()) {
            statements.add(statement.toString());
        }
        return statements;
    }
}
