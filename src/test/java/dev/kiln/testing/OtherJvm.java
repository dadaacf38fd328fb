package dev.kiln.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** A main method in a JVM of its own, for tests of what happens when that JVM ends or dies. */
public record OtherJvm(Process process, BufferedReader output) implements AutoCloseable {

    private static final Path BUILD =
            Path.of(System.getProperty("kiln.build.directory", "target")).toAbsolutePath();

    /** With the class path of this test. */
    public static OtherJvm start(Class<?> main, String... args) throws IOException {
        // The real one, where the test runner hides it behind a jar that only points at it.
        String classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return start(classPath, main.getName(), Map.of(), args);
    }

    /** With what was packaged, as the script {@code kiln} starts it, and this test's classes. */
    public static OtherJvm startShipped(String main, Map<String, String> env, String... args)
            throws IOException {
        String classPath =
                "%1$s/quarkus-app/app/*:%1$s/quarkus-app/lib/main/*:%1$s/quarkus-app/lib/boot/*:%1$s/embedded/*:%1$s/test-classes"
                        .formatted(BUILD);
        return start(classPath, main, env, args);
    }

    /** The command line with the few jars that the script {@code kiln} gives to its clients. */
    public static OtherJvm startClient(String... args) throws IOException {
        var classPath = new StringJoiner(":").add(BUILD + "/quarkus-app/app/*");
        try (var jars =
                Files.newDirectoryStream(
                        BUILD.resolve("quarkus-app/lib/main"),
                        "{info.picocli.picocli-,com.fasterxml.jackson.}*.jar")) {
            jars.forEach(jar -> classPath.add(jar.toString()));
        }
        return start(classPath.toString(), "dev.kiln.cli.Main", Map.of(), args);
    }

    private static OtherJvm start(
            String classPath, String main, Map<String, String> env, String... args)
            throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        var command =
                new ArrayList<>(
                        List.of(
                                java,
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-cp",
                                classPath,
                                main));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(env);
        var process = builder.start();
        return new OtherJvm(process, process.inputReader(StandardCharsets.UTF_8));
    }

    /** The next line it prints that holds this text; fails when it ends without one. */
    public String lineWith(String text) throws IOException {
        var before = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains(text)) {
                return line;
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("it ended without saying '" + text + "':\n" + before);
    }

    /** Everything it prints from here to its end. */
    public List<String> allLines() throws IOException {
        return output.readAllLines();
    }

    /** Asks it to end, as Ctrl-C and TERM do, and gives its exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    /** Kills it so that it can do nothing about it. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
