package dev.kiln.intake;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which name was meant. */
final class NearestName {
    private NearestName() {}

    /**
     * The known name that is only a slip away: another case or separator, or one or two letters in
     * a longer name.
     */
    static Optional<String> of(String name, Collection<String> known) {
        // A name of hundreds of characters is no slip, and comparing it would cost.
        if (name.length() > 40) {
            return Optional.empty();
        }
        String plain = plain(name);
        return known.stream()
                .filter(k -> distance(plain, plain(k)) <= Math.min(2, plain(k).length() / 3))
                .min(Comparator.comparingInt(k -> distance(plain, plain(k))));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** Levenshtein's distance: the least number of letters to insert, delete or replace. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
