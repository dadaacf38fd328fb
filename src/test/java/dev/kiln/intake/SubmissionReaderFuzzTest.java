package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.OTHER;
import static dev.kiln.intake.Documents.READER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.wire.FieldErrors;
import dev.kiln.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a document is, reading it gives a job or a refusal that can be stored and told. */
class SubmissionReaderFuzzTest {
    private static final String FULL =
            """
            {"id": "%s", "language": "python", "code": {"base64": "AP8="}, "stdin": "hi 😀",
             "args": ["-x", "ä"], "env": {"TZ": "UTC"}, "files": [{"path": "data/in.csv", "text": "a"}],
             "sandbox": {"image": null, "timeout": 1.5, "memory_limit": "64m", "cpu_limit": 0.5, "pids_limit": 7,
                         "output_limit": 0, "disk_limit": "2M", "network_enabled": false},
             "tenant": "acme", "batch": "nightly-7", "priority": 3, "labels": {"k": "v"},
             "run_at": "2030-01-01T00:00:00Z", "deadline": "2031-01-01T00:00:00Z"}"""
                    .formatted(OTHER);
    private static final List<String> HOSTILE =
            List.of(
                    "null",
                    "true",
                    "0",
                    "-1",
                    "1e2147483647",
                    "1e-2147483647",
                    "100e2147483647",
                    "-0.0",
                    "9223372036854775808",
                    "1e9999999999",
                    "0e2147483647",
                    "\"\"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "\"\\udc00x\"",
                    "[]",
                    "{}",
                    "[[]]",
                    "{\"\\ud800\": 1}",
                    "{\"\\u0000\": {}}",
                    "\"../x\"",
                    "\"9999-12-31T23:59:59-18:00\"",
                    "\"0000-01-01T00:00:00Z\"",
                    "\"99999999999999999g\"",
                    "[null]",
                    "{\"text\": null}",
                    "{\"base64\": \"====\"}",
                    "\"" + "/".repeat(300) + "\"");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bytes_changed_at_random(long seed) {
        mutatedDocuments(seed, 3_000).forEach(SubmissionReaderFuzzTest::judge);
    }

    /** A valid document, of which some bytes were changed. */
    static Stream<byte[]> mutatedDocuments(long seed, int count) {
        var random = new Random(seed);
        return Stream.generate(() -> mutatedDocument(random)).limit(count);
    }

    private static byte[] mutatedDocument(Random random) {
        byte[] document = FULL.getBytes(StandardCharsets.UTF_8);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            document = mutate(document, random);
        }
        return document;
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void values_replaced_by_hostile_ones(long seed) {
        hostileDocuments(seed, 2_000).forEach(text -> judge(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Valid JSON with one or two hostile values in it. */
    static Stream<String> hostileDocuments(long seed, int count) {
        var random = new Random(seed);
        return Stream.generate(() -> hostileDocument(random)).limit(count);
    }

    private static String hostileDocument(Random random) {
        var document = (ObjectNode) Json.ofBytes(FULL.getBytes(StandardCharsets.UTF_8));
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
            replace(document, "@@" + random.nextInt(HOSTILE.size()) + "@@", random);
        }
        String text = document.toString();
        for (int h = 0; h < HOSTILE.size(); h++) {
            text = text.replace("\"@@" + h + "@@\"", HOSTILE.get(h));
        }
        return text;
    }

    @Test
    void every_prefix_of_a_document() {
        byte[] document = FULL.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < document.length; length++) {
            assertThat(judge(Arrays.copyOf(document, length))).isInstanceOf(Reading.Refused.class);
        }
    }

    @Test
    void what_is_mutated_is_a_job_before() {
        assertThat(judge(FULL.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Reading.Accepted.class);
    }

    /** Reads by both doors; a refusal must survive being stored. */
    private static Reading judge(byte[] document) {
        READER.read(document, new Origin.Topic("acme"));
        Reading reading = READER.read(document, new Origin.Http(FRESH));
        switch (reading) {
            case Reading.Accepted(var submission) -> assertThat(submission.bodyHash()).hasSize(32);
            case Reading.Refused(_, var errors) -> {
                String stored = FieldErrors.toJson(errors);
                assertThat(stored).doesNotContain("\\u0000");
                assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(stored)).isTrue();
                assertThat(FieldErrors.fromJson(stored)).isEqualTo(errors);
            }
        }
        return reading;
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                bytes[at] = (byte) random.nextInt(256);
                yield bytes;
            }
            case 1 -> splice(bytes, at, at + 1 + random.nextInt(8), new byte[0]);
            case 2 -> {
                var inserted = "{}[]\",:\\0-e.tnu".getBytes(StandardCharsets.UTF_8);
                int from = random.nextInt(inserted.length);
                yield splice(bytes, at, at, Arrays.copyOfRange(inserted, from, from + 1));
            }
            default -> {
                int from = random.nextInt(bytes.length);
                int to = Math.min(bytes.length, from + random.nextInt(60));
                yield splice(bytes, at, at, Arrays.copyOfRange(bytes, from, to));
            }
        };
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] inserted) {
        int end = Math.min(to, bytes.length);
        byte[] result = Arrays.copyOf(bytes, from + inserted.length + bytes.length - end);
        System.arraycopy(inserted, 0, result, from, inserted.length);
        System.arraycopy(bytes, end, result, from + inserted.length, bytes.length - end);
        return result.length == 0 ? new byte[] {' '} : result;
    }

    /** Puts the value in the place of some value at any depth. */
    private static void replace(ObjectNode document, String value, Random random) {
        var parents = new ArrayList<JsonNode>();
        collect(document, parents);
        switch (parents.get(random.nextInt(parents.size()))) {
            case ObjectNode object when !object.isEmpty() -> {
                var names = new ArrayList<String>();
                object.fieldNames().forEachRemaining(names::add);
                object.put(names.get(random.nextInt(names.size())), value);
            }
            case ArrayNode array when !array.isEmpty() ->
                    array.set(random.nextInt(array.size()), value);
            default -> document.put("language", value);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
