package dev.kiln.testing;

import static org.awaitility.Awaitility.await;

import dev.kiln.embedded.FreePort;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A server with the S3 API (S3Proxy) in a process of its own, which checks signatures and keeps
 * each object in a file, so that tests can look at them and harm them. It may be stopped and
 * started again.
 *
 * <p>Quarkus loads this class anew for each of its class loaders: what they share is in the system
 * properties.
 */
public final class S3Server implements QuarkusTestResourceLifecycleManager {
    public static final String KEY = "kiln-test";
    public static final String SECRET = "not-a-real-secret";
    public static final String BUCKET = "outputs";

    private static final Path JAR =
            Path.of(System.getProperty("build.directory", "target"), "s3", "s3proxy.jar");
    private static final String PORT = "test.s3.port";
    private static final String FOLDER = "test.s3.folder";
    private static final String PID = "test.s3.pid";

    /** Starts it with an empty bucket. */
    @Override
    public Map<String, String> start() {
        try {
            Path folder = Files.createTempDirectory("kiln-s3");
            Files.createDirectories(folder.resolve("data").resolve(BUCKET));
            System.setProperty(FOLDER, folder.toString());
            System.setProperty(PORT, String.valueOf(FreePort.pick()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        launch();
        return Map.of(
                "kiln.object-store.endpoint", endpoint(),
                "kiln.object-store.bucket", BUCKET,
                "kiln.object-store.access-key", KEY,
                "kiln.object-store.secret-key", SECRET);
    }

    @Override
    public void stop() {
        halt();
        try (var files = Files.walk(folder())) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it answers, running or not. */
    public static String endpoint() {
        return "http://127.0.0.1:" + port();
    }

    /** The files of the objects whose keys begin with this. */
    public static List<Path> objects(String prefix) {
        Path at = bucket().resolve(prefix);
        if (!Files.exists(at)) {
            return List.of();
        }
        try (var files = Files.walk(at)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path bucket() {
        return folder().resolve("data").resolve(BUCKET);
    }

    private static Path folder() {
        return Path.of(System.getProperty(FOLDER));
    }

    private static int port() {
        return Integer.parseInt(System.getProperty(PORT));
    }

    /** Starts it again, with what it had. */
    public static void launch() {
        try {
            Path settings = folder().resolve("s3proxy.conf");
            Files.writeString(
                    settings,
                    """
                    s3proxy.endpoint=%s
                    s3proxy.authorization=aws-v2-or-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=filesystem
                    jclouds.identity=unused
                    jclouds.credential=unused
                    jclouds.filesystem.basedir=%s
                    """
                            .formatted(endpoint(), KEY, SECRET, folder().resolve("data")));
            var process =
                    new ProcessBuilder(
                                    ProcessHandle.current().info().command().orElse("java"),
                                    "-Xmx256m",
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "-jar",
                                    JAR.toString(),
                                    "--properties",
                                    settings.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            folder().resolve("log").toFile()))
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            System.setProperty(PID, String.valueOf(process.pid()));
            await().atMost(Duration.ofSeconds(60))
                    .failFast("the S3 server ended", () -> !process.isAlive())
                    .until(S3Server::answers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends it; its objects stay. */
    public static void halt() {
        ProcessHandle.of(Long.parseLong(System.getProperty(PID)))
                .ifPresent(
                        process -> {
                            process.destroyForcibly();
                            process.onExit().join();
                        });
    }
}
