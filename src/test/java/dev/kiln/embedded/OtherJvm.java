package dev.kiln.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main method in a JVM of its own, for tests of what happens when that JVM dies. */
record OtherJvm(Process process, BufferedReader output) {

    /** With the class path of this test. */
    static OtherJvm start(Class<?> main, String... args) throws IOException {
        return start(testClassPath(), main.getName(), args);
    }

    static OtherJvm start(String classPath, String main, String... args) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElse("java"),
                                // As the script kiln does.
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-cp",
                                classPath,
                                main));
        command.addAll(List.of(args));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new OtherJvm(process, process.inputReader(StandardCharsets.UTF_8));
    }

    /** The real one, where the test runner hides it behind a jar that only points at it. */
    private static String testClassPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /**
     * The class path with which the script {@code kiln} starts servers, plus this test's classes.
     */
    static String shippedClassPath() throws IOException {
        Path build = Path.of(System.getProperty("kiln.build.directory", "target"));
        try (var jars = Files.newDirectoryStream(build.resolve("quarkus-app/app"), "*.jar")) {
            if (!jars.iterator().hasNext()) {
                throw new IOException("nothing was packaged in " + build);
            }
        }
        return "%1$s/quarkus-app/app/*:%1$s/quarkus-app/lib/main/*:%1$s/quarkus-app/lib/boot/*:%1$s/embedded/*:%1$s/test-classes"
                .formatted(build);
    }

    String firstLine() throws IOException {
        return output.readLine();
    }

    List<String> allLines() throws IOException {
        return output.readAllLines();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
