package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.client.Json;
import dev.kiln.sandbox.docker.SandboxConfig;
import dev.kiln.sandbox.docker.SandboxHomes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One program, here and now, in a real sandbox; nothing else of Kiln runs. */
class RunIT {
    private static SandboxConfig config;
    private static Level logLevel;

    @TempDir private Path folder;

    @BeforeAll
    static void makeHome() {
        config = SandboxHomes.make();
        logLevel = Logger.getLogger("").getLevel();
    }

    @AfterAll
    static void deleteHome() {
        SandboxHomes.delete(config.home());
        Logger.getLogger("").setLevel(logLevel);
    }

    @BeforeEach
    void useHome() {
        System.setProperty("kiln.sandbox.home", config.home().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty("kiln.sandbox.home");
        System.clearProperty("kiln.sandbox.engine");
    }

    @Test
    void output_and_exit_code_are_the_programs() throws Exception {
        var run =
                run(
                        "import sys, os\nprint('out', sys.argv[1:], os.environ['A'], open('d/x').read())\nprint('err', file=sys.stderr)\nsys.exit(7)",
                        "--arg",
                        "a b",
                        "--env",
                        "A=1",
                        "--file",
                        "d/x=" + file("x", "content"));

        assertThat(run.out()).isEqualTo("out ['a b'] 1 content\n");
        assertThat(run.err()).isEqualTo("err\n");
        assertThat(run.exitCode()).isEqualTo(7);
    }

    @Test
    void a_program_that_met_a_limit_ends_as_shells_say_it() throws Exception {
        var late = run("print('so far')\nwhile True: pass", "--timeout", "1");
        var greedy = run("x = bytearray(1 << 30)", "--memory", "96m");

        assertThat(late.exitCode()).isEqualTo(124);
        assertThat(late.out()).isEqualTo("so far\n");
        assertThat(late.err()).isEqualTo("kiln: timed out, timeout = 1000\n");
        assertThat(greedy.exitCode()).isEqualTo(137);
        assertThat(greedy.err()).startsWith("kiln: out of memory, memory_limit = ");
    }

    @Test
    void a_signal_is_128_and_its_number() throws Exception {
        assertThat(run("import os\nos.kill(os.getpid(), 15)").exitCode()).isEqualTo(143);
    }

    @Test
    void the_document_is_that_of_a_finished_job() throws Exception {
        var run = run("print('hi')", "--json");

        var json = Json.parse(run.out().getBytes(StandardCharsets.UTF_8)).orElseThrow();
        assertThat(json.path("stdout").asText()).isEqualTo("hi\n");
        assertThat(json.path("termination").asText()).isEqualTo("exited");
        assertThat(json.path("runtime").path("name").asText()).isEqualTo("runsc");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void on_a_terminal_output_cannot_command_it() throws Exception {
        var run = CommandLineRun.onTerminal("run", file("main.py", "print('\\x1b[2J')"));

        assertThat(run.out()).doesNotContain("\u001b").contains("[2J");
    }

    @Test
    void limits_are_bounded_by_the_policy() throws Exception {
        var run = run("pass", "--memory", "1k");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("memory_limit", "at least 64m");
    }

    @Test
    void a_host_that_cannot_run_programs_is_one_sentence_and_no_verdict() throws Exception {
        System.setProperty("kiln.sandbox.engine", "unix:///nonexistent/docker.sock");

        var run = run("pass");

        assertThat(run.exitCode()).isEqualTo(70);
        assertThat(run.err()).startsWith("kiln: ").contains("docker.sock").hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void a_compilers_words_go_to_standard_error_and_a_failed_compilation_is_one() throws Exception {
        var warned = runFile("a.c", "int main(void) { int unused; return 4; }");
        var failed = runFile("b.c", "int main(void) { return nothing; }");

        assertThat(warned.exitCode()).isEqualTo(4);
        assertThat(warned.err()).contains("warning: unused variable").doesNotContain("kiln:");
        assertThat(warned.out()).isEmpty();
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err())
                .contains("error: ")
                .endsWith("kiln: compile failed: the compiler ended with status 1\n");
    }

    @Test
    void a_file_is_run_in_the_language_of_its_extension() throws Exception {
        assertThat(runFile("a.js", "console.log(require('os').type())").out()).isEqualTo("Linux\n");
        assertThat(runFile("a.mjs", "import os from 'os'; console.log(os.type())").out())
                .isEqualTo("Linux\n");
        assertThat(runFile("a.sh", "echo $BASH_VERSION").out()).startsWith("5.");
        assertThat(runFile("a.rb", "puts 1").err())
                .contains("--language", ".c: c, .js: node, .mjs: node-esm, .py: python, .sh: bash");
    }

    private CommandLineRun run(String code, String... options) throws IOException {
        return runFile("main.py", code, options);
    }

    private CommandLineRun runFile(String name, String code, String... options) throws IOException {
        var arguments = new String[options.length + 2];
        arguments[0] = "run";
        arguments[1] = file(name, code);
        System.arraycopy(options, 0, arguments, 2, options.length);
        return CommandLineRun.of(arguments);
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }
}
