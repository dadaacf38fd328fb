package dev.kiln.embedded;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where Kiln keeps what it makes on this machine: {@code KILN_HOME}, or {@code .kiln} in the user's
 * home.
 */
public record KilnHome(Path root) {

    /** The home that an environment asks for; pass {@link System#getenv()}. */
    public static KilnHome of(Map<String, String> env) {
        String home = env.getOrDefault("KILN_HOME", "");
        return new KilnHome(
                home.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".kiln")
                        : Path.of(home).toAbsolutePath());
    }

    /** What can be made again at any time: unpacked server binaries. */
    public Path cache() {
        return root.resolve("cache");
    }

    /** The data of {@code kiln up}: {@code KILN_DATA}, or a folder of this home. */
    public Path data(Map<String, String> env) {
        String data = env.getOrDefault("KILN_DATA", "");
        return data.isBlank() ? root.resolve("data") : Path.of(data).toAbsolutePath();
    }
}
