package dev.kiln.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What lies in deploy/observability. */
public final class ObservabilityFiles {
    private static final Path FOLDER = Path.of("deploy/observability");

    private ObservabilityFiles() {}

    /** The alerts, as they are written. */
    public static List<JsonNode> alerts() {
        var groups = read(new ObjectMapper(new YAMLFactory()), "alerts.yml").at("/groups");
        return elements(groups).flatMap(group -> elements(group.at("/rules"))).toList();
    }

    /** The dashboard's expressions. */
    public static List<String> dashboard() {
        return elements(read(new ObjectMapper(), "dashboard.json").at("/panels"))
                .flatMap(panel -> elements(panel.at("/targets")))
                .map(target -> target.at("/expr").asText())
                .toList();
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static JsonNode read(ObjectMapper format, String file) {
        try {
            return format.readTree(FOLDER.resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The headings of the runbook's sections. */
    public static List<String> runbook() {
        try (var lines = Files.lines(Path.of("docs/RUNBOOK.md"))) {
            return lines.filter(line -> line.startsWith("## "))
                    .map(line -> line.substring(3))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Has promtool look: the one that {@code ./kiln test} provides, else one on the path.
     *
     * @return what it said
     * @throws AssertionError when it is not there or found something wrong
     */
    public static String promtool(String... arguments) throws InterruptedException {
        Path provided = KilnHome.of(System.getenv()).root().resolve("tools/promtool");
        List<String> command = new ArrayList<>();
        command.add(Files.isExecutable(provided) ? provided.toString() : "promtool");
        command.addAll(List.of(arguments));
        try {
            var process =
                    new ProcessBuilder(command)
                            .directory(FOLDER.toFile())
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(said);
            }
            return said;
        } catch (IOException absent) {
            throw new AssertionError(
                    "promtool cannot be run: deploy/host/setup promtool provides it", absent);
        }
    }
}
