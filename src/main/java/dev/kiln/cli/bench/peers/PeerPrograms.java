package dev.kiln.cli.bench.peers;

import dev.kiln.cli.bench.peers.Contender.Platform;
import dev.kiln.cli.client.CliException;
import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The peers and the small programs that drive them: written down in {@code src/bench/peers} with
 * the versions that are meant, installed by Maven and npm into a folder of this machine's home.
 */
final class PeerPrograms {

    /** The same for every JVM that is measured, Kiln's too. */
    static final List<String> JVM = List.of("-Xmx1g");

    private final Map<String, String> given;
    private final Path sources;
    private final Path folder;
    private final Path logs;

    /** Installs nothing yet. */
    PeerPrograms(Map<String, String> given) {
        var home = KilnHome.of(given);
        this.given = Map.copyOf(given);
        this.sources = Path.of(given.getOrDefault("KILN_ROOT", "."), "src", "bench", "peers");
        this.folder = home.root().resolve("bench").resolve("peers");
        this.logs = home.logs();
    }

    /**
     * Checks that there is what installs them.
     *
     * @throws CliException when there is not, with what to do
     */
    void check(Set<Contender> contenders) {
        for (Contender each : contenders) {
            String tool = tool(each.platform());
            if (!tool.isEmpty() && !Workshop.isOnPath(tool, given.getOrDefault("PATH", ""))) {
                throw new CliException(
                        "%s is installed by %s, which is not on the PATH: install it, or leave %s out with --only"
                                .formatted(each.label(), tool, each.label()));
            }
        }
        if (!Files.isDirectory(sources)) {
            throw new CliException(
                    "there is no %s: run ./kiln from its work tree".formatted(sources));
        }
    }

    private static String tool(Platform platform) {
        return switch (platform) {
            case KILN -> "";
            case JAVA -> "mvn";
            case NODE -> "npm";
        };
    }

    /** Installs what runs on this platform, unless that is done already. */
    void install(Platform platform) {
        switch (platform) {
            case KILN -> {
                // The build did.
            }
            case JAVA ->
                    workshop("java")
                            .install(
                                    List.of("mvn", "-B", "-ntp", "package"),
                                    Map.of("JAVA_HOME", javaHome()));
            // Without scripts: none of the packages needs any, and Node.js comes as one of them.
            case NODE ->
                    workshop("node")
                            .install(
                                    List.of(
                                            "npm",
                                            "ci",
                                            "--ignore-scripts",
                                            "--no-audit",
                                            "--no-fund"),
                                    Map.of());
        }
    }

    private Workshop workshop(String name) {
        return new Workshop(
                sources.resolve(name),
                folder.resolve(name),
                logs.resolve("bench-peers-install-%s.log".formatted(name)));
    }

    private String javaHome() {
        return given.getOrDefault("JAVA_HOME", System.getProperty("java.home"));
    }

    /** The command line that runs this peer's driver. */
    List<String> command(Contender peer) {
        return switch (peer.platform()) {
            case KILN -> throw new IllegalArgumentException("Kiln is no peer of its own");
            case JAVA -> java(peer);
            case NODE ->
                    List.of(
                            node().toString(),
                            folder.resolve("node/driver.mjs").toString(),
                            peer.label());
        };
    }

    private List<String> java(Contender peer) {
        var command = new ArrayList<String>();
        command.add(Path.of(javaHome(), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(
                List.of(
                        "-cp",
                        folder.resolve("java/target/classes")
                                + ":"
                                + folder.resolve("java/target/lib")
                                + "/*",
                        "dev.kiln.bench.peers.Driver",
                        peer.label()));
        return command;
    }

    /** The one that npm installed for this machine's processor. */
    private Path node() {
        Path modules = folder.resolve("node/node_modules");
        try (var found = Files.newDirectoryStream(modules, "node-linux-*")) {
            for (Path each : found) {
                return each.resolve("bin/node");
            }
        } catch (IOException e) {
            throw new CliException("cannot read %s: %s".formatted(modules, e.getMessage()), e);
        }
        throw new CliException(
                "there is no Node.js for this machine's processor in %s: leave the peers that need it out with --only"
                        .formatted(modules));
    }

    /** A statement that the drivers use, by the name of its file. */
    String sql(String name) {
        Path file = sources.resolve(name);
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new CliException("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }
}
