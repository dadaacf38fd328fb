package dev.kiln.intake;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image, in the one spelling under which the engine lists it: {@code python} and
 * {@code docker.io/library/python:latest} are both {@code python:latest}.
 *
 * @param text with a tag or a digest
 */
record ImageName(String text) {
    /** Longer than any that an engine takes, and short enough to be matched without a thought. */
    static final int LONGEST = 512;

    private static final String DIGEST = "sha256:[0-9a-f]{64}";
    private static final String PART = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
    private static final String HOST = "[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::[0-9]{1,5})?/";
    static final String REPOSITORY = "(?:%s)?%s(?:/%s)*".formatted(HOST, PART, PART);
    private static final Pattern NAME =
            Pattern.compile(
                    "(?<repository>%s)(?<version>:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@%s)?"
                            .formatted(REPOSITORY, DIGEST));
    private static final Pattern ID = Pattern.compile(DIGEST);
    private static final String HUB = "docker.io/";
    private static final String OFFICIAL = "library/";

    /** Reads a name as people write it; empty when it is none. */
    static Optional<ImageName> of(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        if (ID.matcher(text).matches()) {
            return Optional.of(new ImageName(text));
        }
        var parts = NAME.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String version = parts.group("version");
        return Optional.of(
                new ImageName(
                        familiar(parts.group("repository"))
                                + (version == null ? ":latest" : version)));
    }

    /** A repository, or the beginning of one, without the registry that goes without saying. */
    static String familiar(String repository) {
        String name = without(HUB, without("index." + HUB, repository));
        String official = without(OFFICIAL, name);
        return official.contains("/") ? name : official;
    }

    private static String without(String start, String name) {
        return name.startsWith(start) ? name.substring(start.length()) : name;
    }
}
