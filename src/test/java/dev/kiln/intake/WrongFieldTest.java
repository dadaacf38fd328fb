package dev.kiln.intake;

import static dev.kiln.intake.Documents.errors;
import static dev.kiln.intake.Documents.sandbox;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WrongFieldTest {
    /**
     * The fields that are wrong in one way each: what is put beside language and code, where, and
     * what is told.
     */
    static Stream<Arguments> wrongFields() {
        return Stream.of(
                arguments("\"cod\": 1", "/cod", "did you mean \"code\"?"),
                arguments("\"Priority\": 1", "/Priority", "did you mean \"priority\"?"),
                arguments("\"runAt\": 1", "/runAt", "did you mean \"run_at\"?"),
                arguments("\"zzz\": 1", "/zzz", "known are id, language"),
                arguments("\"a/b~c\": 1", "/a~1b~0c", "not a known field"),
                arguments("\"timeout\": 3", "/timeout", "it belongs into \"sandbox\""),
                arguments("\"context\": \"x\"", "/context", "must be an object, is a string"),
                arguments("\"context\": {}", "/context", "must have one of"),
                arguments(
                        "\"context\": {\"path\": \"/etc/passwd\"}",
                        "/context/path",
                        "known are text"),
                arguments("\"context\": {\"text\": \"\", \"base64\": \"\"}", "/context", "either"),
                arguments(
                        "\"context\": {\"text\": \"\", \"sha256\": \"00\"}",
                        "/context",
                        "must have one of"),
                arguments("\"context\": {\"sha256\": 7}", "/context/sha256", "must be a string"),
                arguments("\"context\": {\"sha256\": \"00\"}", "/context/sha256", "64 hexadecimal"),
                arguments(
                        "\"context\": {\"sha256\": \"" + "A".repeat(64) + "\"}",
                        "/context/sha256",
                        "lower case"),
                arguments("\"artifacts\": \"x\"", "/artifacts", "must be an array"),
                arguments("\"artifacts\": [1]", "/artifacts/0", "must be a string"),
                arguments("\"artifacts\": [\"a\", \"/a\"]", "/artifacts/1", "relative"),
                arguments("\"artifacts\": [\"../a\"]", "/artifacts/0", "plain names"),
                arguments("\"artifacts\": [\"a//b\"]", "/artifacts/0", "plain names"),
                arguments("\"artifacts\": [\"a/\"]", "/artifacts/0", "plain names"),
                arguments("\"artifacts\": [\"\"]", "/artifacts/0", "1 to 255"),
                arguments("\"artifacts\": [\"a\\nb\"]", "/artifacts/0", "plain names"),
                arguments("\"artifacts\": [\"a**\"]", "/artifacts/0", "must stand alone"),
                arguments("\"artifacts\": [\"b/***/c\"]", "/artifacts/0", "must stand alone"),
                arguments(
                        "\"artifacts\": [\"" + "a/".repeat(31) + "a\"]",
                        "/artifacts/0",
                        "at most 31 parts"),
                arguments(
                        "\"artifacts\": [" + "\"a\",".repeat(64) + "\"a\"]",
                        "/artifacts",
                        "has 65 paths, the limit is 64"),
                arguments("\"webhook\": \"x\"", "/webhook", "must be an object, is a string"),
                arguments("\"webhook\": {}", "/webhook/url", "is missing"),
                arguments("\"webhook\": {\"url\": 1}", "/webhook/url", "must be a string"),
                arguments(
                        "\"webhook\": {\"url\": \"https://a.example\", \"uri\": 1}",
                        "/webhook/uri",
                        "did you mean \"url\"?"),
                arguments(
                        "\"webhook\": {\"url\": \"ftp://a.example\"}",
                        "/webhook/url",
                        "begins with https://"),
                arguments(
                        "\"webhook\": {\"url\": \"https://a.example\"}",
                        "/webhook",
                        "kiln.webhooks.secrets.default"),
                arguments("\"ttl\": 0", "/ttl", "at least 1"),
                arguments("\"ttl\": 1.5", "/ttl", "whole number"),
                arguments("\"ttl\": \"7d\"", "/ttl", "must be a number"),
                arguments("\"ttl\": 2592001", "/ttl", "at most 2592000"),
                arguments("\"batch_size\": 1", "/batch_size", "the size of no batch"),
                arguments("\"batch\": \"b\", \"batch_size\": 0", "/batch_size", "1"),
                arguments("\"batch\": \"b\", \"batch_size\": 1.5", "/batch_size", "whole"),
                arguments("\"batch\": \"b\", \"batch_size\": \"1\"", "/batch_size", "number"),
                arguments("\"id\": \"1-1-1-1-1\"", "/id", "UUID"),
                arguments("\"id\": 7", "/id", "must be a string, is a number"),
                arguments("\"stdin\": 7", "/stdin", "must be a string or"),
                arguments("\"stdin\": {}", "/stdin", "either"),
                arguments("\"stdin\": {\"text\": \"\", \"base64\": \"\"}", "/stdin", "either"),
                arguments("\"stdin\": {\"base64\": \"AA\"}", "/stdin/base64", "padding"),
                arguments("\"stdin\": {\"base64\": \"A-_=\"}", "/stdin/base64", "RFC 4648"),
                arguments("\"stdin\": {\"base64\": \"AA\\n==\"}", "/stdin/base64", "RFC 4648"),
                arguments("\"stdin\": {\"text\": 1}", "/stdin/text", "must be a string"),
                arguments("\"stdin\": {\"file\": \"x\"}", "/stdin/file", "not a known field"),
                arguments("\"stdin\": \"\\ud800\"", "/stdin", "lone surrogate"),
                arguments("\"args\": \"x\"", "/args", "must be an array"),
                arguments("\"args\": [\"a\", 1]", "/args/1", "must be a string, is a number"),
                arguments("\"args\": [null]", "/args/0", "must be a string, is null"),
                arguments("\"args\": [\"\\u0000\"]", "/args/0", "NUL"),
                arguments("\"args\": [\"\\udc00\"]", "/args/0", "lone surrogate"),
                arguments("\"env\": []", "/env", "must be an object"),
                arguments("\"env\": {\"1A\": \"\"}", "/env/1A", "no name of a variable"),
                arguments("\"env\": {\"A B\": \"\"}", "/env/A B", "no name of a variable"),
                arguments("\"env\": {\"\": \"\"}", "/env/", "no name of a variable"),
                arguments("\"env\": {\"A\": null}", "/env/A", "must be a string, is null"),
                arguments("\"env\": {\"A\": \"\\u0000\"}", "/env/A", "NUL"),
                arguments("\"env\": {\"\\ud800\": \"\"}", "/env", "name holds a lone surrogate"),
                arguments("\"files\": {}", "/files", "must be an array"),
                arguments("\"files\": [1]", "/files/0", "must be an object"),
                arguments(file("\"text\": \"\""), "/files/0/path", "is missing"),
                arguments(file("\"path\": 3, \"text\": \"\""), "/files/0/path", "must be a string"),
                arguments(file("\"path\": \"a\""), "/files/0", "either"),
                arguments(
                        file("\"path\": \"a\", \"text\": \"\", \"mode\": 1"),
                        "/files/0/mode",
                        "known are path"),
                arguments(file("\"path\": \"/a\", \"text\": \"\""), "/files/0/path", "relative"),
                arguments(
                        file("\"path\": \"a/../b\", \"text\": \"\""),
                        "/files/0/path",
                        "plain names"),
                arguments(
                        file("\"path\": \"a//b\", \"text\": \"\""), "/files/0/path", "plain names"),
                arguments(file("\"path\": \"\", \"text\": \"\""), "/files/0/path", "1 to 255"),
                arguments(
                        file("\"path\": \"a\\u0000\", \"text\": \"\""),
                        "/files/0/path",
                        "plain names"),
                arguments(
                        file("\"path\": \"main.py\", \"text\": \"\""),
                        "/files/0/path",
                        "code itself"),
                arguments(
                        file("\"path\": \"main.py/x\", \"text\": \"\""),
                        "/files/0/path",
                        "code itself"),
                arguments(
                        file("\"path\": \".kiln/x\", \"text\": \"\""), "/files/0/path", "reserved"),
                arguments(
                        file("\"path\": \"" + "漢".repeat(90) + "\", \"text\": \"\""),
                        "/files/0/path",
                        "255 bytes of UTF-8"),
                arguments(files("a", "a"), "/files/1/path", "given twice"),
                arguments(files("a", "a/b"), "/files/1/path", "is a file already"),
                arguments(files("a/b/c", "a/b"), "/files/1/path", "is a folder"),
                arguments("\"sandbox\": []", "/sandbox", "must be an object"),
                arguments(sandbox("memory", "1"), "/sandbox/memory", "not a known field"),
                arguments(sandbox("memoryLimit", "1"), "/sandbox/memoryLimit", "\"memory_limit\""),
                arguments(
                        sandbox("image", "\"x\""),
                        "/sandbox/image",
                        "\"x:latest\" is not among the images that jobs may ask for"),
                arguments(sandbox("image", "7"), "/sandbox/image", "must be a string"),
                arguments(sandbox("image", "\"\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a b\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"-a\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"--x\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"../a\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"/a\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a/\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a//b\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a:\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a:b:c\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a\\n\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a\\u0000\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"ä\""), "/sandbox/image", "must be the name"),
                arguments(sandbox("image", "\"a@sha256:0\""), "/sandbox/image", "must be the name"),
                arguments(
                        sandbox("image", "\"a@md5:" + "0".repeat(64) + "\""),
                        "/sandbox/image",
                        "must be the name"),
                arguments(
                        sandbox("image", "\"a:1@sha256:" + "0".repeat(64) + "\""),
                        "/sandbox/image",
                        "must be the name"),
                arguments(
                        sandbox("image", "\"KILN/python\""), "/sandbox/image", "must be the name"),
                arguments(
                        sandbox("image", "\"DOCKER.IO/library/python\""),
                        "/sandbox/image",
                        "in lower case"),
                arguments(
                        sandbox("image", "\"http://x.example/a\""),
                        "/sandbox/image",
                        "must be the name"),
                arguments(
                        sandbox("image", "\"" + "a".repeat(100_000) + "\""),
                        "/sandbox/image",
                        "must be the name"),
                arguments(
                        sandbox("image", "\"" + "a-".repeat(255) + "\""),
                        "/sandbox/image",
                        "must be the name"),
                arguments(
                        sandbox("network_enabled", "true"),
                        "/sandbox/network_enabled",
                        "no job gets a network here (kiln.policy.network=false)"),
                arguments(
                        sandbox("network_enabled", "0"),
                        "/sandbox/network_enabled",
                        "must be a boolean"),
                arguments(sandbox("timeout", "\"30\""), "/sandbox/timeout", "must be a number"),
                arguments(sandbox("timeout", "900.001"), "/sandbox/timeout", "at most 900"),
                arguments(sandbox("timeout", "0"), "/sandbox/timeout", "at least 0.001"),
                arguments(sandbox("timeout", "-1"), "/sandbox/timeout", "at least 0.001"),
                arguments(sandbox("timeout", "1.0001"), "/sandbox/timeout", "three decimals"),
                arguments(sandbox("timeout", "1e2147483647"), "/sandbox/timeout", "at most 900"),
                arguments(
                        sandbox("timeout", "1e-2147483647"), "/sandbox/timeout", "at least 0.001"),
                arguments(sandbox("memory_limit", "\"5g\""), "/sandbox/memory_limit", "at most 4g"),
                arguments(
                        sandbox("memory_limit", "\"63m\""),
                        "/sandbox/memory_limit",
                        "at least 64m"),
                arguments(
                        sandbox("memory_limit", "\"lots\""),
                        "/sandbox/memory_limit",
                        "size in bytes"),
                arguments(sandbox("memory_limit", "1.5"), "/sandbox/memory_limit", "size in bytes"),
                arguments(sandbox("memory_limit", "-1"), "/sandbox/memory_limit", "size in bytes"),
                arguments(
                        sandbox("memory_limit", "true"), "/sandbox/memory_limit", "size in bytes"),
                arguments(
                        sandbox("memory_limit", "100e2147483647"),
                        "/sandbox/memory_limit",
                        "size in bytes"),
                arguments(
                        sandbox("memory_limit", "1e-2147483647"),
                        "/sandbox/memory_limit",
                        "size in bytes"),
                arguments(sandbox("cpu_limit", "4.01"), "/sandbox/cpu_limit", "at most 4"),
                arguments(sandbox("cpu_limit", "0.09"), "/sandbox/cpu_limit", "at least 0.1"),
                arguments(sandbox("pids_limit", "513"), "/sandbox/pids_limit", "at most 512"),
                arguments(sandbox("pids_limit", "0"), "/sandbox/pids_limit", "at least 1"),
                arguments(sandbox("pids_limit", "1.5"), "/sandbox/pids_limit", "whole number"),
                arguments(
                        sandbox("output_limit", "\"17m\""), "/sandbox/output_limit", "at most 16m"),
                arguments(sandbox("disk_limit", "\"2g\""), "/sandbox/disk_limit", "at most 1g"),
                arguments(sandbox("disk_limit", "1"), "/sandbox/disk_limit", "at least 4k"),
                arguments("\"tenant\": \"\"", "/tenant", "1 to 128"),
                arguments("\"tenant\": \"a b\"", "/tenant", "1 to 128"),
                arguments("\"tenant\": \"ä\"", "/tenant", "1 to 128"),
                arguments("\"tenant\": \"a\\u0000\"", "/tenant", "1 to 128"),
                arguments("\"batch\": \"a\\n\"", "/batch", "1 to 128"),
                arguments("\"batch\": 7", "/batch", "must be a string"),
                arguments("\"priority\": 101", "/priority", "at most 100"),
                arguments("\"priority\": -101", "/priority", "at least -100"),
                arguments("\"priority\": 0.5", "/priority", "whole number from -100 to 100"),
                arguments("\"priority\": \"1\"", "/priority", "must be a number"),
                arguments("\"labels\": [\"a\"]", "/labels", "must be an object"),
                arguments("\"labels\": {\"a b\": \"\"}", "/labels/a b", "1 to 128"),
                arguments("\"labels\": {\"a\": 1}", "/labels/a", "must be a string"),
                arguments("\"labels\": {\"a\": \"\\u0000\"}", "/labels/a", "control character"),
                arguments(
                        "\"labels\": {\"a\": \"" + "x".repeat(257) + "\"}",
                        "/labels/a",
                        "at most 256"),
                arguments("\"run_at\": 7", "/run_at", "must be a string"),
                arguments("\"run_at\": \"2030-01-01\"", "/run_at", "RFC 3339"),
                arguments("\"run_at\": \"2030-01-01T00:00:00\"", "/run_at", "with its offset"),
                arguments("\"run_at\": \"2030-01-01T00:00Z\"", "/run_at", "RFC 3339"),
                arguments("\"run_at\": \"2030-02-30T00:00:00Z\"", "/run_at", "RFC 3339"),
                arguments("\"run_at\": \"+12030-01-01T00:00:00Z\"", "/run_at", "1970 to 9999"),
                arguments("\"run_at\": \"1969-12-31T23:59:59Z\"", "/run_at", "1970 to 9999"),
                arguments("\"run_at\": \"1970-01-01T00:00:00+01:00\"", "/run_at", "in UTC too"),
                arguments("\"run_at\": \"9999-12-31T23:00:00-01:00\"", "/run_at", "in UTC too"),
                arguments("\"deadline\": \"soon\"", "/deadline", "RFC 3339"),
                arguments(
                        "\"run_at\": \"2030-01-01T00:00:00Z\", \"deadline\": \"2030-01-01T00:00:00Z\"",
                        "/deadline",
                        "after run_at"));
    }

    @ParameterizedTest
    @MethodSource("wrongFields")
    void a_wrong_field_is_refused_where_it_is_and_with_the_remedy(
            String field, String pointer, String message) {
        assertThat(errors(with(field)))
                .anySatisfy(
                        error -> {
                            assertThat(error.pointer()).isEqualTo(pointer);
                            assertThat(error.message()).contains(message);
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"code\": \"\"} | /language | is missing: give one of python, shell",
                "{\"language\": null, \"code\": \"\"} | /language | is missing",
                "{\"language\": \"cobol\", \"code\": \"\"} | /language | give one of python, shell",
                "{\"language\": \"\", \"code\": \"\"} | /language | give one of python, shell",
                "{\"language\": 1, \"code\": \"\"} | /language | must be a string",
                "{\"language\": \"python\"} | /code | is missing",
                "{\"language\": \"python\", \"code\": null} | /code | is missing",
                "{\"language\": \"python\", \"code\": [1]} | /code | must be a string or",
            })
    void language_and_code_are_required(String document, String pointer, String message) {
        assertThat(errors(document))
                .singleElement()
                .satisfies(error -> assertThat(error.pointer()).isEqualTo(pointer))
                .satisfies(error -> assertThat(error.message()).contains(message));
    }

    private static String file(String members) {
        return "\"files\": [{" + members + "}]";
    }

    private static String files(String... paths) {
        return "\"files\": "
                + Stream.of(paths).map(p -> "{\"path\": \"" + p + "\", \"text\": \"\"}").toList();
    }
}
