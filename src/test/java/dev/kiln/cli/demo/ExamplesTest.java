package dev.kiln.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The batch is made of the programs that lie beside it, and of nothing that the demo would have to
 * add.
 */
class ExamplesTest {

    private static final Path FOLDER = Path.of("examples");
    private static final Path BATCH = FOLDER.resolve("batch.jsonl");
    private static final Map<String, String> EXTENSIONS =
            Map.of("python", ".py", "node", ".js", "bash", ".sh", "c", ".c");

    static Iterable<JsonNode> submissions() throws IOException {
        return Files.readAllLines(BATCH).stream().map(ExamplesTest::json).toList();
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    @ParameterizedTest
    @MethodSource("submissions")
    void its_code_is_the_program_of_its_name(JsonNode submission) {
        var program =
                FOLDER.resolve(
                        submission.at("/labels/name").asText()
                                + EXTENSIONS.get(submission.path("language").asText()));
        assertThat(program).hasContent(submission.path("code").asText());
    }

    @ParameterizedTest
    @MethodSource("submissions")
    void its_id_is_left_to_the_producer(JsonNode submission) {
        assertThat(submission.has("id")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("submissions")
    void its_data_is_the_file_beside_it(JsonNode submission) {
        for (JsonNode file : submission.path("files")) {
            Path local = FOLDER.resolve(file.path("path").asText());
            if (Files.exists(local)) {
                assertThat(local).hasContent(file.path("text").asText());
            }
        }
    }

    @Test
    void every_example_says_how_it_is_meant_to_end_and_has_an_id_of_its_own() {
        var examples = Example.read(BATCH);
        assertThat(examples)
                .hasSizeGreaterThanOrEqualTo(10)
                .extracting(Example::id)
                .doesNotHaveDuplicates();
        assertThat(examples)
                .extracting(example -> example.expectation().toString())
                .contains("exited:0", "exited:1", "timed_out", "out_of_memory");
    }
}
