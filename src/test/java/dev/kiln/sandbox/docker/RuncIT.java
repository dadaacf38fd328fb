package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same runner and the same verdicts where somebody asked for plain containers by name. */
class RuncIT {
    private static SandboxHost host;

    @BeforeAll
    static void open() {
        host = new SandboxHost("runc");
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @Test
    void a_program_runs_and_its_result_says_by_what() throws Exception {
        var result =
                host.python(
                        "import threading\nt = threading.Thread(target=print, args=('hello',))\nt.start()\nt.join()");

        assertThat(result.stdout().text()).isEqualTo("hello\n");
        assertThat(result.provenance().runtime()).isEqualTo("runc");
        assertThat(result.usage().peakMemoryBytes()).isPositive();
    }

    @Test
    void a_program_is_compiled_and_nothing_of_its_compiler_lives_on() throws Exception {
        var shell =
                new CompileIT.Compiled(
                        SandboxHost.IMAGE,
                        "main.sh",
                        List.of("{build}/program"),
                        List.of("/bin/sh", "{file}"),
                        Duration.ofSeconds(5));
        var languages = Map.of("c", SandboxHost.c(), "script", shell);
        try (var compiling = new SandboxHost("runc", SandboxHost.runtimes(languages))) {
            var hello =
                    SandboxHost.program(
                            "c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); }");
            var left =
                    SandboxHost.program(
                            "script",
                            "setsid sleep 1000 & printf '#!/bin/sh\ngrep -l sleep /proc/[0-9]*/comm; echo alone' > /tmp/build/program; chmod 755 /tmp/build/program; sleep 0.2");

            assertThat(compiling.run(hello, SandboxHost.LIMITS).stdout().text())
                    .isEqualTo("hello\n");
            assertThat(compiling.run(left, SandboxHost.LIMITS).stdout().text())
                    .isEqualTo("alone\n");
        }
    }

    @Test
    void out_of_memory_is_the_kernels_kill() throws Exception {
        var limits = new Limits(Duration.ofSeconds(20), 64 << 20, 1.0, 50, 1 << 20, 32 << 20);

        assertThat(
                        host.python("x = []\nwhile True: x.append(bytearray(1 << 20))", limits)
                                .termination())
                .isEqualTo(Termination.OUT_OF_MEMORY);
        assertThat(
                        host.python(
                                        "import os\npid = os.fork()\nif pid == 0: x = bytearray(1 << 30)\nprint(os.waitpid(pid, 0)[1])\nos._exit(1)",
                                        limits)
                                .exitCode())
                .as("its child's end is not its own")
                .isEqualTo(1);
    }

    @Test
    void the_process_limit_is_exact() throws Exception {
        var result =
                host.python(
                        "import os, time\nn = 0\ntry:\n    while True:\n        if os.fork() == 0: time.sleep(1000)\n        n += 1\nexcept BlockingIOError: print(n)");

        assertThat(result.stdout().text()).isEqualTo("49\n");
    }

    @Test
    void no_namespaces_and_no_root() throws Exception {
        var result = host.shell("unshare -U -r true 2>/dev/null || echo refused; id -u");

        assertThat(result.stdout().text()).isEqualTo("refused\n1000\n");
    }
}
