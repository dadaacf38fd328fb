package dev.kiln.embedded;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where Kiln keeps what it makes on this machine: {@code KILN_HOME}, or the place where the script
 * {@code kiln} puts it.
 */
public record KilnHome(Path root) {

    /** The home that an environment asks for; pass {@link System#getenv()}. */
    public static KilnHome of(Map<String, String> env) {
        String home = env.getOrDefault("KILN_HOME", "");
        return new KilnHome(home.isBlank() ? usual(env) : Path.of(home).toAbsolutePath());
    }

    private static Path usual(Map<String, String> env) {
        if ("root".equals(System.getProperty("user.name"))) {
            return Path.of("/var/lib/kiln");
        }
        String share = env.getOrDefault("XDG_DATA_HOME", "");
        return share.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "share", "kiln")
                : Path.of(share, "kiln");
    }

    /** Where the programs of this machine that are not servers write what they have to say. */
    public Path logs() {
        return root.resolve("log");
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
