package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.Compilation;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.InputFile;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compilers, honest and hostile ones, and what they leave to their programs. */
class CompileIT {
    private static final String HELLO = "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n";

    /** Every level includes itself twice: more than the universe has time for, in little memory. */
    private static final String ENDLESS =
            "#if __INCLUDE_LEVEL__ < 180\n#include __FILE__\n#include __FILE__\n#endif\n";

    /** A compiler that does what the job's script says. */
    private static final RuntimesConfig.Runtime SCRIPT =
            new Compiled(
                    SandboxHost.IMAGE,
                    "main.sh",
                    List.of("{build}/program"),
                    List.of("/bin/sh", "{file}"),
                    Duration.ofSeconds(3));

    private static SandboxHost host;

    /** A language with a compile step. */
    record Compiled(
            String image,
            String file,
            List<String> command,
            List<String> compiler,
            Duration compileTimeout)
            implements RuntimesConfig.Runtime {
        @Override
        public Optional<List<String>> ahead() {
            return Optional.empty();
        }

        @Override
        public Optional<List<String>> compile() {
            return Optional.of(compiler);
        }

        @Override
        public Optional<String> warmUp() {
            return Optional.empty();
        }
    }

    @BeforeAll
    static void open() {
        var c = SandboxHost.c();
        host =
                new SandboxHost(
                        "auto",
                        SandboxHost.runtimes(
                                Map.of(
                                        "c",
                                        c,
                                        "hasty",
                                        new Compiled(
                                                c.image(),
                                                c.file(),
                                                c.command(),
                                                c.compile().orElseThrow(),
                                                Duration.ofSeconds(3)),
                                        "script",
                                        SCRIPT,
                                        "absent",
                                        new Compiled(
                                                SandboxHost.IMAGE,
                                                "main.c",
                                                List.of("{build}/program"),
                                                List.of("/nonexistent/cc"),
                                                Duration.ofSeconds(3)))));
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @Test
    void a_program_is_compiled_and_runs_and_its_time_is_its_own() throws Exception {
        var result = run("c", HELLO);

        assertThat(result.stdout().text()).as(result.toString()).isEqualTo("hello\n");
        assertThat(result.success()).isTrue();
        var compile = compilation(result);
        assertThat(compile.exitCode()).isZero();
        assertThat(compile.output().kept()).isEmpty();
        assertThat(compile.cpu()).isPositive();
        assertThat(result.usage().wall()).isLessThan(compile.wall());
        assertThat(result.usage().cpu()).isLessThan(compile.cpu());
    }

    @Test
    void a_mistake_is_told_in_the_compilers_words() throws Exception {
        var result = run("c", "int main(void) { return nothing; }\n");

        assertFailed(result);
        var compile = compilation(result);
        assertThat(compile.exitCode()).isEqualTo(1);
        assertThat(compile.output().text())
                .contains("/tmp/work/main.c:1:25: error:", "nothing", "undeclared");
        assertThat(result.evidence().limit()).isNull();
        assertThat(result.evidence().killedBy()).isNull();
        assertThat(result.usage().wall()).isZero();
        assertThat(result.stdout().produced() + result.stderr().produced()).isZero();
    }

    @Test
    void a_warning_is_kept_beside_the_programs_output() throws Exception {
        var result = run("c", "int main(void) { int unused; return 3; }\n");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(compilation(result).output().text()).contains("warning: unused variable");
        assertThat(result.stderr().kept()).isEmpty();
    }

    @Test
    void an_endless_compilation_meets_its_own_limit_and_not_the_programs() throws Exception {
        var limits = new Limits(Duration.ofSeconds(1), 256 << 20, 1.0, 50, 1000, 32 << 20);

        var result = host.run(SandboxHost.program("hasty", ENDLESS), limits);

        assertFailed(result);
        assertThat(result.timedOut()).isFalse();
        assertThat(result.evidence().limit()).isEqualTo("compile_timeout");
        assertThat(result.evidence().limitValue()).isEqualTo(3_000);
        assertThat(result.evidence().reached()).isBetween(3_000L, 6_000L);
        assertThat(result.evidence().killedBy()).isEqualTo("worker");
        assertThat(compilation(result).exitCode()).isNull();
        assertThat(compilation(result).wall())
                .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
        assertThat(result.usage().wall()).isZero();
    }

    @Test
    void a_program_may_take_less_time_than_its_compiler() throws Exception {
        var limits = new Limits(Duration.ofMillis(400), 256 << 20, 1.0, 50, 1000, 32 << 20);

        var result =
                host.run(SandboxHost.program("script", "sleep 1.5\n" + program("exit 4")), limits);

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(4);
        assertThat(compilation(result).wall()).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void a_program_that_is_compiled_has_all_of_its_time() throws Exception {
        var limits = new Limits(Duration.ofSeconds(2), 256 << 20, 1.0, 50, 1000, 32 << 20);

        var result =
                host.run(
                        SandboxHost.program("script", "sleep 1\n" + program("echo a; sleep 100")),
                        limits);

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.stdout().text()).isEqualTo("a\n");
        assertThat(result.usage().wall()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(result.evidence().limit()).isEqualTo("timeout");
    }

    @Test
    void a_compiler_that_eats_the_memory_has_failed_by_that_limit() throws Exception {
        var result = run("c", "#include \"/dev/zero\"\n");

        assertFailed(result);
        assertThat(result.oomKilled()).isFalse();
        assertThat(result.evidence().limit()).isEqualTo("memory_limit");
        assertThat(result.evidence().killedBy()).isEqualTo("kernel");
        assertThat(result.usage().peakMemoryBytes()).isEqualTo(SandboxHost.LIMITS.memoryBytes());
        assertThat(compilation(result).exitCode()).isNull();
    }

    @Test
    void a_compiler_that_fills_the_disk_has_failed_in_its_own_words() throws Exception {
        var result = run("c", "char big[1 << 28] = {1};\nint main(void) { return big[5]; }\n");

        assertFailed(result);
        assertThat(compilation(result).output().text()).contains("No space left on device");
    }

    @Test
    void a_flood_of_warnings_is_cut_and_counted_and_the_program_runs() throws Exception {
        var result =
                run(
                        "c",
                        "#warning \"again and again\"\n#if __INCLUDE_LEVEL__ < 11\n#include __FILE__\n#include __FILE__\n#endif\n#if __INCLUDE_LEVEL__ == 0\nint main(void) { return 5; }\n#endif\n");

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(5);
        var output = compilation(result).output();
        assertThat(output.kept()).hasSize(RunnerSpec.COMPILER_OUTPUT_BYTES);
        assertThat(output.produced()).isGreaterThan(4L * RunnerSpec.COMPILER_OUTPUT_BYTES);
        assertThat(output.truncated()).isTrue();
    }

    @Test
    void a_flood_for_ever_is_cut_off_at_the_compilers_limit() throws Exception {
        var result = run("script", "exec yes");

        assertFailed(result);
        assertThat(result.evidence().limit()).isEqualTo("compile_timeout");
        assertThat(compilation(result).output().kept()).hasSize(RunnerSpec.COMPILER_OUTPUT_BYTES);
        assertThat(compilation(result).output().produced()).isGreaterThan(1 << 20);
    }

    @Test
    void gcc_needs_three_processes() throws Exception {
        assertThat(host.run(SandboxHost.program("c", HELLO), pids(3)).success()).isTrue();

        var starved = host.run(SandboxHost.program("c", HELLO), pids(2));

        assertFailed(starved);
        assertThat(compilation(starved).output().text())
                .contains("Resource temporarily unavailable");
    }

    @Test
    void a_process_bomb_in_a_compiler_meets_its_limits_and_is_no_fault() throws Exception {
        var result = run("script", "bomb() { bomb | bomb & }; bomb; while :; do :; done");

        assertFailed(result);
    }

    @Test
    void a_compilers_end_by_a_signal_or_with_any_status_is_a_failed_compilation() throws Exception {
        assertThat(compilation(run("script", "kill -9 $$")).exitCode()).isEqualTo(137);
        assertThat(compilation(run("script", "echo no >&2; exit 124")).exitCode()).isEqualTo(124);
    }

    @Test
    void what_a_compiler_prints_is_never_a_report() throws Exception {
        var result = run("script", "printf 'S\\0\\0\\0\\0X\\0\\0\\0\\054'; printf %044d 0; exit 1");

        assertFailed(result);
        assertThat(compilation(result).output().produced()).isEqualTo(5 + 5 + 44);
    }

    @Test
    void a_compiler_reads_nothing_knows_nothing_of_the_job_and_is_nobody() throws Exception {
        var program =
                new Program(
                        "script",
                        SandboxHost.bytes(
                                "id -u; pwd; cat; echo \"[$SECRET$1]\"; cat data/x; (: > /job/y) 2>/dev/null || echo fast; exit 1"),
                        SandboxHost.bytes("stdin"),
                        List.of("argument"),
                        Map.of("SECRET", "s"),
                        List.of(new InputFile("data/x", SandboxHost.bytes("X\n"))),
                        Needs.NOTHING);

        var result = host.run(program, SandboxHost.LIMITS);

        assertThat(compilation(result).output().text()).isEqualTo("1000\n/tmp/work\n[]\nX\nfast\n");
    }

    @Test
    void what_a_compiler_leaves_running_is_ended_before_the_program_starts() throws Exception {
        var result =
                run(
                        "script",
                        "for i in 1 2 3 4 5; do (trap '' TERM HUP; setsid sleep 1000) & done; sleep 0.3\n"
                                + program(
                                        "grep -l sleep /proc/[0-9]*/comm 2>/dev/null; echo alone"));

        assertThat(result.stdout().text()).as(result.toString()).isEqualTo("alone\n");
    }

    @Test
    void build_and_work_share_the_disk_limit() throws Exception {
        var result =
                run(
                        "script",
                        "head -c 20000000 /dev/zero > /tmp/build/half\n"
                                + program(
                                        "head -c 20000000 /dev/zero > /tmp/other; wc -c < /tmp/other"));

        assertThat(Long.parseLong(result.stdout().text().strip()))
                .as(result.toString())
                .isLessThan((32 << 20) - 20_000_000 + 1);
        assertThat(result.stderr().text()).contains("No space left on device");
    }

    @Test
    void a_job_can_be_cancelled_while_it_is_compiled() throws Exception {
        var stop = new StopSignal();
        var running =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return host.sandbox.run(
                                        SandboxHost.tag(),
                                        SandboxHost.program("c", ENDLESS),
                                        SandboxHost.LIMITS,
                                        stop);
                            } catch (Exception failed) {
                                throw new IllegalStateException(failed);
                            }
                        });
        new DockerCli(host.home).awaitBusy();

        stop.raise(StopSignal.Reason.CANCELLED);

        var result = running.join();
        assertThat(result.termination()).isEqualTo(Termination.CANCELLED);
        assertThat(compilation(result).exitCode()).isNull();
        assertThat(compilation(result).wall()).isPositive();
    }

    @Test
    void an_image_without_its_compiler_is_a_fault_and_not_the_programs() {
        assertThatThrownBy(() -> run("absent", HELLO))
                .isInstanceOf(SandboxFault.class)
                .hasMessageContaining("the image does not have it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exit 0",
                "mkdir /tmp/build/program",
                "echo plain > /tmp/build/program",
                "echo noise > /tmp/build/program; chmod 755 /tmp/build/program",
                "rm -r /tmp/work; cp /bin/true /tmp/build/program"
            })
    void a_compiler_that_leaves_nothing_to_execute_has_failed(String script) throws Exception {
        var result = run("script", script);

        assertFailed(result);
        assertThat(compilation(result).exitCode()).isZero();
        assertThat(result.evidence().source()).contains("could not be executed");
    }

    /** A script's lines that make a script the program. */
    private static String program(String body) {
        return "cat > /tmp/build/program <<'END'\n#!/bin/sh\n"
                + body
                + "\nEND\nchmod 755 /tmp/build/program\n";
    }

    private static Limits pids(int pids) {
        return new Limits(Duration.ofSeconds(20), 256 << 20, 1.0, pids, 1 << 20, 32 << 20);
    }

    private static ExecutionResult run(String language, String code) throws Exception {
        return host.run(SandboxHost.program(language, code), SandboxHost.LIMITS);
    }

    private static void assertFailed(ExecutionResult result) {
        assertThat(result.termination())
                .as(result.toString())
                .isEqualTo(Termination.COMPILE_FAILED);
        assertThat(result.exitCode()).isNull();
        assertThat(result.success()).isFalse();
    }

    private static Compilation compilation(ExecutionResult result) {
        assertThat(result.compile()).as(result.toString()).isNotNull();
        return result.compile();
    }
}
