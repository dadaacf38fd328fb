package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.MINIMAL;
import static dev.kiln.intake.Documents.OTHER;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.accepted;
import static dev.kiln.intake.Documents.errors;
import static dev.kiln.intake.Documents.sandbox;
import static dev.kiln.intake.Documents.spec;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Context;
import dev.kiln.job.InputFile;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmissionReaderTest {
    @Test
    void a_document_with_language_and_code_is_a_job_with_the_defaults() {
        JobSpec spec = spec(MINIMAL);
        assertThat(spec.program().language()).isEqualTo("python");
        assertThat(spec.program().code()).asString(StandardCharsets.UTF_8).isEqualTo("print(1)");
        assertThat(spec.program().stdin()).isEmpty();
        assertThat(spec.placement().tenant()).isEqualTo("default");
        assertThat(spec.placement().batch()).isNull();
        assertThat(spec.placement().priority()).isZero();
        assertThat(spec.placement().runAt()).isNull();
        assertThat(spec.placement().deadline()).isNull();
        assertThat(spec.limits().wall()).isEqualTo(Duration.ofSeconds(30));
        assertThat(spec.limits().memoryBytes()).isEqualTo(512L << 20);
        assertThat(spec.limits().cpus()).isEqualTo(1.0);
        assertThat(spec.limits().pids()).isEqualTo(50);
        assertThat(spec.limits().outputBytes()).isEqualTo(1 << 20);
        assertThat(spec.limits().diskBytes()).isEqualTo(64 << 20);
    }

    @Test
    void every_field_of_a_full_document_arrives() {
        Submission submission =
                accepted(
                        """
                        {"id": "%s", "language": "shell", "code": {"base64": "AP8="}, "stdin": {"text": "hi\\n"},
                         "args": ["-x", "ä"], "env": {"TZ": "UTC"},
                         "files": [{"path": "data/in.csv", "text": "a,b"}, {"path": "x.bin", "base64": "AAE="}],
                         "sandbox": {"image": null, "timeout": 1.5, "memory_limit": "64m", "cpu_limit": 0.5,
                                     "pids_limit": 7, "output_limit": 0, "disk_limit": "2M", "network_enabled": false},
                         "tenant": "acme", "batch": "nightly-7", "batch_size": 12, "priority": -100,
                         "labels": {"k": "v w"}, "run_at": "2030-01-01T00:00:00+01:00",
                         "deadline": "2030-01-01T00:00:00.5Z", "ttl": 3600, "webhook": null}
                        """
                                .formatted(OTHER));
        assertThat(submission.id()).hasToString(OTHER);
        JobSpec spec = submission.spec();
        assertThat(spec.program().code()).containsExactly(0, 0xff);
        assertThat(spec.program().stdin()).asString(StandardCharsets.UTF_8).isEqualTo("hi\n");
        assertThat(spec.program().args()).containsExactly("-x", "ä");
        assertThat(spec.program().env()).containsOnlyKeys("TZ").containsValue("UTC");
        assertThat(spec.program().files())
                .extracting(InputFile::path)
                .containsExactly("data/in.csv", "x.bin");
        assertThat(spec.program().files().get(1).content()).containsExactly(0, 1);
        assertThat(spec.limits().wall()).isEqualTo(Duration.ofMillis(1500));
        assertThat(spec.limits().memoryBytes()).isEqualTo(64 << 20);
        assertThat(spec.limits().cpus()).isEqualTo(0.5);
        assertThat(spec.limits().pids()).isEqualTo(7);
        assertThat(spec.limits().outputBytes()).isZero();
        assertThat(spec.limits().diskBytes()).isEqualTo(2 << 20);
        assertThat(spec.placement().tenant()).isEqualTo("acme");
        assertThat(spec.placement().batch()).isEqualTo("nightly-7");
        assertThat(spec.placement().batchSize()).isEqualTo(12);
        assertThat(spec.placement().priority()).isEqualTo(-100);
        assertThat(spec.placement().labels()).containsOnlyKeys("k").containsValue("v w");
        assertThat(spec.placement().runAt()).isEqualTo(Instant.parse("2029-12-31T23:00:00Z"));
        assertThat(spec.placement().deadline()).isEqualTo(Instant.parse("2030-01-01T00:00:00.5Z"));
        assertThat(spec.aftercare().ttl()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void a_job_that_does_not_say_is_kept_for_the_policys_time() {
        assertThat(spec(with("\"priority\": 1")).aftercare().ttl()).isEqualTo(Duration.ofDays(7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id",
                "stdin",
                "args",
                "env",
                "files",
                "sandbox",
                "tenant",
                "batch",
                "priority",
                "labels",
                "run_at",
                "deadline",
                "context",
                "artifacts",
                "webhook",
                "ttl",
                "batch_size"
            })
    void null_is_the_same_as_absent(String field) {
        assertThat(spec(with("\"" + field + "\": null"))).isNotNull();
    }

    @Test
    void code_stdin_and_files_may_hold_nul() {
        JobSpec spec =
                spec(
                        """
                        {"language": "python", "code": "a\\u0000", "stdin": "\\u0000",
                         "files": [{"path": "f", "text": "\\u0000"}]}""");
        assertThat(spec.program().code()).containsExactly('a', 0);
        assertThat(spec.program().stdin()).containsExactly(0);
        assertThat(spec.program().files().getFirst().content()).containsExactly(0);
    }

    @Test
    void a_context_comes_along_or_is_named_with_its_tenant() {
        String hash = "0123456789abcdef".repeat(4);

        assertThat(spec(with("\"context\": {\"base64\": \"AAE=\"}")).program().context())
                .isInstanceOfSatisfying(
                        Context.Inline.class,
                        inline -> assertThat(inline.content()).containsExactly(0, 1));
        assertThat(
                        spec(with(
                                        "\"tenant\": \"acme\", \"context\": {\"sha256\": \""
                                                + hash
                                                + "\"}"))
                                .program()
                                .context())
                .isEqualTo(new Context.Uploaded("acme", hash));
        assertThat(spec(with("\"context\": {\"sha256\": \"" + hash + "\"}")).program().context())
                .isEqualTo(new Context.Uploaded("default", hash));
    }

    @Test
    void artifacts_are_asked_for_within_the_policy() {
        assertThat(spec(with("\"artifacts\": [\"out/**/*.png\", \"log\"]")).program().artifacts())
                .isEqualTo(
                        new ArtifactRequest(
                                List.of("out/**/*.png", "log"), 16 << 20, 16 << 20, 256, 16));
        assertThat(spec(with("\"artifacts\": []")).program().artifacts())
                .isEqualTo(ArtifactRequest.NONE);
    }

    @Test
    void a_surrogate_pair_is_a_character() {
        assertThat(spec(with("\"stdin\": \"\\ud83d\\ude00\"")).program().stdin()).hasSize(4);
    }

    @Test
    void code_up_to_its_limit_is_taken_and_one_byte_more_is_not() {
        int max = 1 << 20;
        assertThat(spec(code("x".repeat(max))).program().code()).hasSize(max);
        assertThat(errors(code("x".repeat(max + 1))))
                .singleElement()
                .asString()
                .isEqualTo(
                        "/code: has 1048577 bytes, the limit is 1m: put data into files or stdin");
    }

    @Test
    void the_whole_input_is_bounded() {
        assertThat(errors(with("\"stdin\": \"" + "x".repeat(13 << 20) + "\"")))
                .singleElement()
                .asString()
                .contains("the limit is 12m");
    }

    @Test
    void arguments_are_bounded_together() {
        String arg = "\"" + "x".repeat(1 << 15) + "\"";
        assertThat(errors(with("\"args\": [" + arg + "," + arg + ", \"x\"]")))
                .singleElement()
                .asString()
                .contains("/args: has 65537 bytes, the limit is 65536");
    }

    @Test
    void a_document_may_be_larger_over_http_than_on_the_topic() {
        byte[] document =
                with("\"stdin\": \"" + "x".repeat(2 << 20) + "\"").getBytes(StandardCharsets.UTF_8);
        assertThat(READER.read(document, new Origin.Http(FRESH)))
                .isInstanceOf(Reading.Accepted.class);
        assertThat(READER.read(document, new Origin.Topic(OTHER)))
                .isInstanceOfSatisfying(
                        Reading.Refused.class,
                        refused -> {
                            assertThat(refused.id()).hasToString(OTHER);
                            assertThat(refused.errors()).asString().contains("the limit is 1m");
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"64M", "64mb", "67108864", "67108864b", "65536K"})
    void sizes_have_many_spellings(String size) {
        assertThat(spec(with(sandbox("memory_limit", "\"" + size + "\""))).limits().memoryBytes())
                .isEqualTo(64 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "30, 30000",
        "30.0, 30000",
        "3e1, 30000",
        "0.001, 1",
        "900, 900000",
        "1.2340, 1234"
    })
    void a_timeout_is_seconds_to_the_millisecond(String seconds, long millis) {
        assertThat(spec(with(sandbox("timeout", seconds))).limits().wall())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void moments_are_as_exact_as_the_database_keeps_them() {
        assertThat(spec(with("\"run_at\": \"2030-01-01T00:00:00.123456789Z\"")).placement().runAt())
                .isEqualTo(Instant.parse("2030-01-01T00:00:00.123456Z"));
    }

    private static String code(String code) {
        return "{\"language\": \"python\", \"code\": \"" + code + "\"}";
    }
}
