package dev.kiln.cli.program;

import dev.kiln.cli.client.CliException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The languages that are configured here, told by what their source files are called. The server
 * may know others; they can be named on the command line.
 *
 * @param byExtension names of languages by file name extension, without the dot
 */
record Languages(TreeMap<String, SortedSet<String>> byExtension) {
    private static final String FILE = "application.properties";
    private static final String PREFIX = "kiln.runtimes.";
    private static final String SUFFIX = ".file";

    /**
     * Those that Kiln is shipped with and those of {@code config/application.properties} below the
     * working directory. Read without the configuration library, whose start a client need not wait
     * for.
     */
    static Languages configured() {
        var settings = new Properties();
        try (var shipped = Languages.class.getResourceAsStream("/" + FILE)) {
            load(settings, shipped);
            Path site = Path.of("config", FILE);
            if (Files.isRegularFile(site)) {
                try (var own = Files.newInputStream(site)) {
                    load(settings, own);
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return of(settings);
    }

    private static void load(Properties settings, @Nullable InputStream from) throws IOException {
        if (from != null) {
            settings.load(from);
        }
    }

    static Languages of(Properties settings) {
        var found = new TreeMap<String, SortedSet<String>>();
        for (String key : settings.stringPropertyNames()) {
            String extension = extension(settings.getProperty(key));
            if (key.startsWith(PREFIX) && key.endsWith(SUFFIX) && !extension.isEmpty()) {
                String name = key.substring(PREFIX.length(), key.length() - SUFFIX.length());
                found.computeIfAbsent(extension, _ -> new TreeSet<>()).add(name);
            }
        }
        return new Languages(found);
    }

    /**
     * The language of a file of this name.
     *
     * @param file null for standard input
     * @throws CliException when the name does not tell
     */
    String ofFile(@Nullable String file) {
        SortedSet<String> named =
                file == null
                        ? new TreeSet<>()
                        : byExtension.getOrDefault(extension(file), new TreeSet<>());
        if (named.size() != 1) {
            throw new CliException(
                    "cannot tell the language of %s by its name: give --language, such as --language python (%s)"
                            .formatted(file == null ? "standard input" : file, this));
        }
        return named.first();
    }

    private static String extension(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    /** Such as {@code .c: c, .py: python}. */
    @Override
    public String toString() {
        return String.join(
                ", ",
                byExtension.entrySet().stream()
                        .map(
                                each ->
                                        "."
                                                + each.getKey()
                                                + ": "
                                                + String.join(" or ", each.getValue()))
                        .toList());
    }
}
