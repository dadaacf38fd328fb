package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.embedded.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmitCommandTest {

    private static final String ACCEPTED = "{\"id\": \"j-1\"}";

    @TempDir Path folder;
    private ApiServer api;
    private String program;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer();
        program = file("hello.py", "print('hello')\n".getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void sends_code_and_language_and_nothing_that_was_not_said() throws IOException {
        api.on("POST /v1/jobs", 202, ACCEPTED);
        var run = CommandLineRun.of("submit", program, "--server", api.url());
        assertThat(run).isEqualTo(new CommandLineRun(0, "j-1\n", ""));
        assertThat(sent()).isEqualTo("{\"language\":\"python\",\"code\":\"print('hello')\\n\"}");
    }

    @Test
    void a_small_context_goes_along_and_a_large_one_is_uploaded_before() throws IOException {
        byte[] large = new byte[(1 << 20) + 1];
        String hash = "2cb74edba754a81d121c9db6833704a8e7d417e5b13d1a19f4a52f007d644264";
        api.on("PUT /v1/contexts/" + hash + "?tenant=acme", 201, "{}")
                .on("POST /v1/jobs", 202, ACCEPTED);

        for (String context : List.of(file("small", new byte[] {'x'}), file("large", large))) {
            var run =
                    CommandLineRun.of(
                            "submit",
                            program,
                            "--server",
                            api.url(),
                            "--tenant",
                            "acme",
                            "--context",
                            context,
                            "--artifact",
                            "out/*");
            assertThat(run.exitCode()).as(run.err()).isZero();
        }

        assertThat(api.requests())
                .extracting(ApiServer.Request::body)
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .contains(
                                                "\"context\":{\"text\":\"x\"}",
                                                "\"artifacts\":[\"out/*\"]"),
                        upload -> assertThat(upload).hasSize(large.length),
                        last ->
                                assertThat(last)
                                        .contains("\"context\":{\"sha256\":\"" + hash + "\"}"));
    }

    @Test
    void sends_everything_that_was_said() throws IOException {
        api.on("POST /v1/jobs", 202, ACCEPTED);
        String input = file("in.txt", "42".getBytes(StandardCharsets.UTF_8));
        String data = file("data.bin", new byte[] {0, (byte) 0xff});
        CommandLineRun.of(
                "submit",
                program,
                "--server",
                api.url(),
                "--language",
                "python",
                "--stdin",
                input,
                "--timeout",
                "2.5",
                "--memory",
                "256m",
                "--cpus",
                "0.5",
                "--pids",
                "20",
                "--arg=-v",
                "--arg",
                "x y",
                "--env",
                "A=b=c",
                "--file",
                "in/data.bin=" + data,
                "--label",
                "k=v",
                "--batch",
                "b",
                "--tenant",
                "acme",
                "--priority",
                "-3");
        assertThat(new ObjectMapper().readTree(sent()))
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                        {"language": "python", "code": "print('hello')\\n", "stdin": "42",
                                         "args": ["-v", "x y"], "env": {"A": "b=c"},
                                         "files": [{"path": "in/data.bin", "base64": "AP8="}],
                                         "labels": {"k": "v"}, "batch": "b", "tenant": "acme", "priority": -3,
                                         "sandbox": {"timeout": 2.5, "memory_limit": "256m", "cpu_limit": 0.5,
                                                     "pids_limit": 20}}
                                        """));
    }

    @Test
    void code_that_is_not_utf8_is_sent_byte_for_byte() throws IOException {
        api.on("POST /v1/jobs", 202, ACCEPTED);
        String latin1 = file("latin1.py", new byte[] {'#', (byte) 0xe9});
        CommandLineRun.of("submit", latin1, "--server", api.url());
        assertThat(sent()).contains("\"code\":{\"base64\":\"I+k=\"}");
    }

    @Test
    void waiting_prints_what_the_program_printed_and_ends_as_it_did() {
        api.on("POST /v1/jobs", 202, ACCEPTED)
                .on("GET /v1/jobs/j-1?wait=30", 200, Documents.job("j-1", "QUEUED"))
                .on("GET /v1/jobs/j-1?wait=30", 200, Documents.job("j-1", "RUNNING"))
                .on(
                        "GET /v1/jobs/j-1?wait=30",
                        200,
                        Documents.finished("j-1", 3, "out\\n", "err\\n"));
        var run = CommandLineRun.of("submit", program, "--wait", "--server", api.url());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEqualTo("out\n");
        assertThat(run.err()).isEqualTo("j-1  FINISHED: exited, exit code 3, 41 ms\nerr\n");
    }

    @Test
    void following_prints_output_as_it_comes_and_goes_on_where_the_connection_broke() {
        String events = "GET /v1/jobs/j-1/events";
        api.on("POST /v1/jobs", 202, ACCEPTED)
                .on(
                        events,
                        200,
                        """
                        retry: 1000

                        id: 0-q-0-0
                        event: state
                        data: %s

                        : still here

                        id: 1-r-4-0
                        event: stdout
                        data: {"offset": 0, "text": "out\\n"}

                        id: 1-r-4-
                        event: std"""
                                .formatted(line(Documents.job("j-1", "QUEUED"))))
                .on(
                        events,
                        200,
                        """
                        id: 1-r-4-4
                        event: stderr
                        data: {"offset": 0, "base64": "ZXL/Cg=="}

                        id: 2-n-0-0
                        event: attempt
                        data: {"attempt": 2, "epoch": 2}

                        id: 2-r-4-0
                        event: stdout
                        data: {"offset": 0, "text": "new\\n"}

                        id: 2-e-4-0
                        event: state
                        data: %s

                        """
                                .formatted(line(Documents.finished("j-1", 3, "new\\n", "er\\n"))));
        var run = CommandLineRun.of("submit", program, "--follow", "--server", api.url());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEqualTo("out\nnew\n");
        assertThat(run.err())
                .isEqualTo(
                        "er\ufffd\n(attempt 2: the output begins anew)\nj-1  FINISHED: exited, exit code 3, 41 ms\n");
        assertThat(api.requests())
                .extracting(ApiServer.Request::lastEventId)
                .containsExactly("null", "null", "1-r-4-0");
    }

    @Test
    void what_is_followed_on_a_terminal_can_do_it_no_harm() {
        api.on("POST /v1/jobs", 202, ACCEPTED)
                .on(
                        "GET /v1/jobs/j-1/events",
                        200,
                        """
                        id: 1-r-4-0
                        event: stdout
                        data: {"offset": 0, "text": "\\u001b]0;x\\u0007\\ta\\u009b\\n"}

                        id: 1-e-4-0
                        event: state
                        data: %s

                        """
                                .formatted(line(Documents.finished("j-1", 0, "", ""))));
        String[] command = {"submit", program, "--follow", "--server", api.url()};
        assertThat(CommandLineRun.onTerminal(command).out()).isEqualTo("␛]0;x␇\ta\ufffd\n");
        var piped = CommandLineRun.of(command);
        assertThat(piped.out()).isEqualTo("\u001b]0;x\u0007\ta\u009b\n");
        assertThat(piped.exitCode()).isZero();
        var json =
                CommandLineRun.of("submit", program, "--follow", "--json", "--server", api.url());
        assertThat(json.out().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("{\"event\":\"stdout\",\"id\":\"1-r-4-0\",\"data\":{\"offset\":0");
        assertThat(json.err()).isEmpty();
    }

    @Test
    void a_job_that_the_server_does_not_know_cannot_be_followed() {
        api.on("GET /v1/jobs/j-2/events", 404, "{}");
        assertThat(CommandLineRun.of("result", "j-2", "--follow", "--server", api.url()))
                .isEqualTo(
                        new CommandLineRun(
                                2,
                                "",
                                "kiln: Kiln knows no job j-2: check the id and the server (--server, KILN_URL)\n"));
    }

    private static String line(String document) {
        return document.replace("\n", " ");
    }

    @Test
    void waiting_for_a_program_that_succeeds_ends_with_zero() {
        api.on("POST /v1/jobs", 202, ACCEPTED)
                .on("GET /v1/jobs/j-1?wait=30", 200, Documents.finished("j-1", 0, "", ""));
        assertThat(CommandLineRun.of("submit", program, "--wait", "--server", api.url()).exitCode())
                .isZero();
    }

    @Test
    void a_refusal_names_each_field_and_what_is_wrong_with_it() {
        api.on(
                "POST /v1/jobs",
                400,
                """
                {"type": "/problems/invalid", "title": "Invalid submission", "status": 400,
                 "detail": "2 fields are wrong.",
                 "errors": [{"pointer": "/sandbox/timeout", "detail": "at most 600"},
                            {"pointer": "/language", "detail": "unknown: cobol"}]}
                """);
        var run =
                CommandLineRun.of("submit", program, "--language", "cobol", "--server", api.url());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        """
                        kiln: Kiln refused this (400): Invalid submission
                          sandbox.timeout: at most 600
                          language: unknown: cobol
                        """);
    }

    @Test
    void a_server_that_is_no_kiln_is_recognised() {
        api.on("POST /v1/jobs", 200, "<html>Welcome</html>");
        var run = CommandLineRun.of("submit", program, "--server", api.url());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "kiln: the server answered 200, and not as a Kiln does: <html>Welcome</html>\n");
    }

    @Test
    void where_nothing_listens_the_sentence_says_what_to_do() {
        String nowhere = "http://127.0.0.1:" + FreePort.pick();
        var run = CommandLineRun.of("submit", program, "--server", nowhere);
        assertThat(run)
                .isEqualTo(
                        new CommandLineRun(
                                2,
                                "",
                                "kiln: no Kiln answers at %s: start one with `./kiln up`, or name another with --server or KILN_URL\n"
                                        .formatted(nowhere)));
    }

    @Test
    void what_is_wrong_with_the_command_itself_is_said_before_anything_is_sent()
            throws IOException {
        String unknown = file("program.xyz", new byte[0]);
        assertThat(CommandLineRun.of("submit", unknown, "--server", api.url()).err())
                .isEqualTo(
                        "kiln: cannot tell the language of %s by its name: give --language, such as --language python (.c: c, .js: node, .mjs: node-esm, .py: python, .sh: bash)\n"
                                .formatted(unknown));
        assertThat(CommandLineRun.of("submit", "absent.py", "--server", api.url()).err())
                .isEqualTo("kiln: there is no file absent.py\n");
        assertThat(CommandLineRun.of("submit", "-", "--stdin", "-", "--language", "python").err())
                .contains("not both");
        assertThat(CommandLineRun.of("submit", program, "--server", "ftp://x").err())
                .contains("is not the address of a server");
        assertThat(CommandLineRun.of("submit", program, "--timeout", "soon").exitCode())
                .isEqualTo(2);
        assertThat(api.requests()).isEmpty();
    }

    private String sent() {
        return api.requests().getFirst().body();
    }

    private String file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }
}
