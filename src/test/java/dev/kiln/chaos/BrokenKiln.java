package dev.kiln.chaos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A copy of the build in which some of Kiln's own SQL is another: the artifact that is delivered
 * needs no switch that would break its promises.
 */
final class BrokenKiln {
    /**
     * One break.
     *
     * @param className in which the text is a constant
     * @param from the text, which must be there
     * @param to what stands in its place, as long as it
     */
    record Break(String className, String from, String to) {
        Break {
            if (from.length() != to.length()) {
                throw new IllegalArgumentException("not as long as '" + from + "': " + to);
            }
        }

        private String entry() {
            return className.replace('.', '/') + ".class";
        }
    }

    private BrokenKiln() {}

    /** Copies the build's {@code target/quarkus-app} to a new root, with these breaks. */
    static void make(Path build, Path root, List<Break> breaks) throws IOException {
        Path app = root.resolve("target/quarkus-app");
        copy(build.resolve("quarkus-app"), app);
        Set<Break> made = new HashSet<>();
        // Quarkus keeps classes that it transformed beside those that were compiled.
        for (String folder : List.of("app", "quarkus")) {
            try (var jars = Files.newDirectoryStream(app.resolve(folder), "*.jar")) {
                for (Path jar : jars) {
                    rewrite(jar, breaks, made);
                }
            }
        }
        if (!made.containsAll(breaks)) {
            throw new AssertionError("the text to be broken is not there: only " + made);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void rewrite(Path jar, List<Break> breaks, Set<Break> made) throws IOException {
        var bytes = new ByteArrayOutputStream();
        Set<String> seen = new HashSet<>();
        try (var in = new ZipFile(jar.toFile());
                var out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry : in.stream().map(ZipEntry.class::cast).toList()) {
                if (!seen.add(entry.getName())) {
                    // Quarkus lists some folders twice.
                    continue;
                }
                byte[] content = in.getInputStream(entry).readAllBytes();
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(broken(entry.getName(), content, breaks, made));
                out.closeEntry();
            }
        }
        Files.write(jar, bytes.toByteArray());
    }

    private static byte[] broken(
            String entry, byte[] content, List<Break> breaks, Set<Break> made) {
        // One character a byte, so that nothing but the text changes.
        String text = new String(content, StandardCharsets.ISO_8859_1);
        for (Break each : breaks) {
            if (each.entry().equals(entry) && text.contains(each.from())) {
                text = text.replace(each.from(), each.to());
                made.add(each);
            }
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
