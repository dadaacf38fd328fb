package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.InputFile;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers that wait for jobs, on the real engine. */
class WarmPoolIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** All that a program may see of how it was started. */
    private static final String LOOK_AROUND =
            """
            import json, os, resource, stat, sys
            def fds():
                found = []
                for fd in range(64):
                    try:
                        found.append([fd, stat.S_IFMT(os.fstat(fd).st_mode)])
                    except OSError:
                        pass
                return found
            status = dict(line.rstrip().split(":", 1) for line in open("/proc/self/status"))
            print(json.dumps({
                "globals": sorted(globals()),
                "name": __name__, "file": __file__, "doc": __doc__,
                "argv": sys.argv, "path": sys.path, "flags": list(sys.flags),
                "environ": dict(os.environ), "cwd": os.getcwd(),
                "stdin": sys.stdin.read(), "stdin_traits": [sys.stdin.encoding, sys.stdin.errors, sys.stdin.isatty()],
                "stdout_traits": [sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering],
                "fds": fds(), "umask": os.umask(0),
                "ids": [os.getresuid(), os.getresgid(), os.getgroups()],
                "limits": [resource.getrlimit(getattr(resource, each)) for each in sorted(dir(resource)) if each.startswith("RLIMIT_")],
                "signals": [status.get(each, "") for each in ("SigBlk", "SigIgn", "CapEff", "CapPrm", "Seccomp", "NoNewPrivs")],
                "session": os.getsid(0) == os.getpid(), "parent": os.getppid(),
                "work": sorted(os.listdir(".")), "links": [os.readlink(each) for each in sorted(os.listdir("."))],
                "owners": [os.lstat(each).st_uid for each in sorted(os.listdir("."))],
                "tmp": sorted(os.listdir("/tmp")),
                "file_text": open("data/in.txt").read(),
            }, indent=1))
            """;

    private SandboxHost host;
    private DockerCli docker;

    @BeforeEach
    void open() throws Exception {
        host = new SandboxHost(pool("true"));
        docker = new DockerCli(host.home);
    }

    private static PoolConfig pool(String freeze) {
        return Pools.with(Map.of("size", "2", "memory", "256m", "disk", "32m", "freeze", freeze));
    }

    @AfterEach
    void close() throws Exception {
        host.close();
        assertThat(docker.containers()).isEmpty();
    }

    private Set<String> waiting() throws Exception {
        return new HashSet<>(docker.running(Map.of("dev.kiln.pool", "warm")));
    }

    /** Lets the pool learn the shape, and waits until containers of it wait. */
    private void warmUp() throws Exception {
        assertThat(host.python("print('first')").stdout().text()).isEqualTo("first\n");
        await().atMost(SOON).until(() -> host.sandbox.waiting() == 2);
    }

    @Test
    void a_program_cannot_tell_whether_its_container_waited_for_it() throws Exception {
        var program =
                SandboxHost.program(
                        LOOK_AROUND,
                        "line 1\r\nline 2",
                        List.of("", "b c", "ü"),
                        Map.of(),
                        new InputFile("data/in.txt", SandboxHost.bytes("text")));
        var cold = host.run(program, SandboxHost.LIMITS);
        warmUp();
        long before = host.sandbox.served();
        var warm = host.run(program, SandboxHost.LIMITS);

        assertThat(warm.success()).as(warm.stderr().text()).isTrue();
        assertThat(warm.stdout().text()).isEqualTo(cold.stdout().text());
        assertThat(host.sandbox.served()).isEqualTo(before + 1);
    }

    @Test
    void its_interpreter_waited_with_it() throws Exception {
        warmUp();
        String code = "print(open('/proc/self/cmdline').read().split('\\0'))";
        assertThat(run(code, Map.of(), SandboxHost.LIMITS).stdout().text())
                .isEqualTo("['/usr/bin/python3', '/kiln/python/guard.py', '--ahead', '']\n");
        await().atMost(SOON).until(() -> host.sandbox.waiting() == 2);
        assertThat(run(code, Map.of("A", "1"), SandboxHost.LIMITS).stdout().text())
                .contains("/tmp/work/main.py")
                .doesNotContain("--ahead");
    }

    @Test
    void failures_look_alike_too() throws Exception {
        for (String code :
                List.of(
                        "def f():\n    1/0\nf()",
                        "print('a'); import sys; sys.exit(7)",
                        "raise SystemExit('bye')",
                        "this is no python",
                        "import subprocess",
                        "import os; os.kill(os.getpid(), 9)",
                        "import os; os.close(3)",
                        "x = 'ab\\ud800'; print(x)",
                        "while True: pass")) {
            var limits = new Limits(Duration.ofSeconds(2), 256 << 20, 1.0, 50, 1 << 20, 32 << 20);
            // Environment of its own: started when the program is there.
            var cold = run(code, Map.of("A", "1"), limits);
            await().atMost(SOON).until(() -> host.sandbox.waiting() == 2);
            var warm = run(code, Map.of(), limits);
            assertThat(traits(warm)).as(code).isEqualTo(traits(cold));
        }
    }

    private static List<Object> traits(ExecutionResult result) {
        return java.util.Arrays.asList(
                result.termination(),
                result.exitCode(),
                result.stdout().text(),
                result.stderr().text(),
                result.evidence().limit(),
                result.evidence().killedBy(),
                result.evidence().source());
    }

    private ExecutionResult run(String code, Map<String, String> env, Limits limits)
            throws Exception {
        return host.run(SandboxHost.program(code, "", List.of(), env), limits);
    }

    @Test
    void a_program_gets_its_environment_though_the_interpreter_was_there_before() throws Exception {
        warmUp();
        var result =
                run(
                        "import os, sys; print(os.environ['A'], sys.flags.utf8_mode)",
                        Map.of("A", "ü", "PYTHONUTF8", "1"),
                        SandboxHost.LIMITS);
        assertThat(result.stdout().text()).isEqualTo("ü 1\n");
    }

    @Test
    void arguments_longer_than_its_channel_holds_arrive_whole() throws Exception {
        warmUp();
        long before = host.sandbox.served();
        var args = Collections.nCopies(600, "x".repeat(1_000));
        var result =
                host.run(
                        SandboxHost.program(
                                "import sys; print(sum(map(len, sys.argv[1:])))",
                                "",
                                args,
                                Map.of()),
                        SandboxHost.LIMITS);
        assertThat(result.stdout().text()).isEqualTo("600000\n");
        assertThat(host.sandbox.served()).isEqualTo(before + 1);
    }

    @Test
    void each_container_is_used_once_and_others_take_its_place() throws Exception {
        warmUp();
        long before = host.sandbox.served();
        await().atMost(SOON).until(() -> waiting().size() == 2);
        Set<String> seen = new HashSet<>(waiting());
        for (int i = 0; i < 4; i++) {
            var result =
                    host.python(
                            "import os; print(os.path.exists('/tmp/mark')); open('/tmp/mark', 'w')");
            assertThat(result.stdout().text()).isEqualTo("False\n");
            // The one that was used may still be on its way out.
            await().atMost(SOON).until(() -> host.sandbox.waiting() == 2 && waiting().size() == 2);
            seen.addAll(waiting());
        }
        assertThat(seen).hasSize(6);
        assertThat(host.sandbox.served()).isEqualTo(before + 4);
    }

    @Test
    void a_container_that_died_while_it_waited_is_given_to_nobody() throws Exception {
        host.close();
        // What is frozen dies when it is thawed.
        host = new SandboxHost(pool("false"));
        docker = new DockerCli(host.home);
        warmUp();
        for (String id : waiting()) {
            assertThat(docker.frozen(id)).isFalse();
            docker.run("kill", id);
        }
        assertThat(host.python("print('alive')").stdout().text()).isEqualTo("alive\n");
        await().atMost(SOON).until(() -> host.sandbox.waiting() == 2);
    }

    @Test
    void containers_that_wait_take_no_processor_time() throws Exception {
        warmUp();
        // It takes a moment from the kernel's being told.
        await().atMost(SOON).until(() -> waiting().stream().allMatch(docker::frozen));
        assertThat(waiting()).hasSize(2);
        long before = host.sandbox.served();
        var result = host.python("import time; print(round(time.time()))");
        assertThat(Long.parseLong(result.stdout().text().strip()))
                .as("its clock did not stop")
                .isCloseTo(Instant.now().getEpochSecond(), within(60L));
        assertThat(host.sandbox.served()).isEqualTo(before + 1);
    }

    @Test
    void a_job_of_another_shape_gets_a_container_of_its_own() throws Exception {
        warmUp();
        var before = waiting();
        var larger = new Limits(Duration.ofSeconds(20), 320 << 20, 1.0, 50, 1 << 20, 32 << 20);
        var result = run("print(len(bytearray(260 << 20)))", Map.of(), larger);
        assertThat(result.stdout().text()).isEqualTo((260 << 20) + "\n");
        assertThat(waiting()).containsAnyElementsOf(before);
    }

    @Test
    void limits_of_time_and_output_are_the_jobs_own() throws Exception {
        warmUp();
        var short_ = new Limits(Duration.ofMillis(300), 256 << 20, 1.0, 50, 5, 32 << 20);
        var result = run("print('123456789', flush=True)\nwhile True: pass", Map.of(), short_);
        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.stdout().text()).isEqualTo("12345");
        assertThat(result.provenance().limits()).isEqualTo(short_);
    }

    @Test
    void languages_whose_interpreter_does_not_start_ahead_have_containers_that_wait_too()
            throws Exception {
        var program =
                new Program(
                        "bash",
                        SandboxHost.bytes("echo $((6*7))"),
                        new byte[0],
                        List.of(),
                        Map.of(),
                        List.of(),
                        Needs.NOTHING);
        assertThat(host.run(program, SandboxHost.LIMITS).stdout().text()).isEqualTo("42\n");
        await().atMost(SOON).until(() -> host.sandbox.waiting() == 2);
        assertThat(host.run(program, SandboxHost.LIMITS).stdout().text()).isEqualTo("42\n");
        assertThat(host.sandbox.served()).isOne();
    }
}
