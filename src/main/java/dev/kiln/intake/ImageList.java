package dev.kiln.intake;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The images that jobs may ask for: names, and beginnings of names that end in {@code /*} or {@code
 * :*}.
 */
final class ImageList {
    private static final Pattern BEGINNING =
            Pattern.compile("(?<start>%s[/:])\\*".formatted(ImageName.REPOSITORY));
    private static final int SHOWN = 20;

    private final List<String> names;
    private final List<String> beginnings;

    /**
     * @param ofLanguages the languages' own images, which anybody may run in anyway
     * @param further as configured
     * @throws IllegalArgumentException when one is neither a name nor such a beginning
     */
    ImageList(Collection<String> ofLanguages, Collection<String> further) {
        var known = ofLanguages.stream().flatMap(name -> ImageName.of(name).stream());
        var added = further.stream().filter(entry -> !entry.endsWith("*")).map(ImageList::name);
        names = Stream.concat(known, added).map(ImageName::text).distinct().sorted().toList();
        beginnings =
                further.stream()
                        .filter(entry -> entry.endsWith("*"))
                        .map(ImageList::beginning)
                        .distinct()
                        .sorted()
                        .toList();
    }

    private static ImageName name(String entry) {
        return ImageName.of(entry).orElseThrow(() -> wrong(entry));
    }

    private static String beginning(String entry) {
        var parts = BEGINNING.matcher(entry);
        // Not "*" alone: it would open every image on the workers' hosts, whatever lies there.
        if (entry.length() > ImageName.LONGEST || !parts.matches()) {
            throw wrong(entry);
        }
        return ImageName.familiar(parts.group("start"));
    }

    private static IllegalArgumentException wrong(String entry) {
        return new IllegalArgumentException(
                "kiln.policy.images must hold names of images, such as python:3.11-slim, and beginnings of names, such as python:* or registry.example.org/team/*, but holds "
                        + entry);
    }

    boolean allows(ImageName image) {
        return names.contains(image.text())
                || beginnings.stream().anyMatch(image.text()::startsWith);
    }

    /** All of them in words, as far as a message can bear them. */
    @Override
    public String toString() {
        var all = Stream.concat(names.stream(), beginnings.stream().map(b -> b + "*")).toList();
        if (all.isEmpty()) {
            return "none";
        }
        String shown = String.join(", ", all.stream().limit(SHOWN).toList());
        return all.size() <= SHOWN ? shown : shown + " and " + (all.size() - SHOWN) + " more";
    }
}
