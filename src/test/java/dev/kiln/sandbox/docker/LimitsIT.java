package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that meet a limit. */
class LimitsIT {
    private static final Limits TWO_SECONDS =
            new Limits(Duration.ofSeconds(2), 128 << 20, 1.0, 50, 1 << 20, 32 << 20);

    private static final Limits SMALL_MEMORY =
            new Limits(Duration.ofSeconds(20), 128 << 20, 1.0, 50, 1 << 20, 512 << 20);

    private static SandboxHost host;

    @BeforeAll
    static void open() {
        host = new SandboxHost();
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "while True: pass",
                "import time; time.sleep(1000)",
                "import signal, time\nfor s in (1, 2, 3, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(1000)",
                "import os, time\nif os.fork() == 0: os.setsid()\ntime.sleep(1000)",
                "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
            })
    void a_program_that_does_not_end_is_killed_at_its_limit_and_its_output_kept(String ending)
            throws Exception {
        var result = host.python("print('one')\nprint('two')\n" + ending, TWO_SECONDS);

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.exitCode()).isNull();
        assertThat(result.stdout().text()).isEqualTo("one\ntwo\n");
        assertThat(result.usage().wall()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(result.usage().cpu()).isNotNull();
        assertThat(result.evidence().limit()).isEqualTo("timeout");
        assertThat(result.evidence().limitValue()).isEqualTo(2000);
        assertThat(result.evidence().reached()).isBetween(2000L, 4000L);
        assertThat(result.evidence().killedBy()).isEqualTo("worker");
    }

    @Test
    void a_flood_is_cut_off_at_the_time_limit_too() throws Exception {
        var result =
                host.shell(
                        "exec yes",
                        new Limits(Duration.ofSeconds(2), 128 << 20, 1.0, 50, 1000, 32 << 20));

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.stdout().kept()).hasSize(1000);
        assertThat(result.stdout().truncated()).isTrue();
        assertThat(result.stdout().produced()).isGreaterThan(1 << 20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x = bytearray(1 << 30)",
                "x = []\nwhile True: x.append(bytearray(1 << 20))",
                "x = []\nwhile True: x.append('a' * 1000)",
                "import os, time\nif os.fork() == 0:\n    x = bytearray(1 << 30)\ntime.sleep(5)"
            })
    void a_program_that_takes_too_much_memory_is_out_of_memory(String code) throws Exception {
        var result = host.python("print('before')\n" + code, SMALL_MEMORY);

        assertOutOfMemory(result, 128 << 20);
        assertThat(result.stdout().text()).isEqualTo("before\n");
    }

    @Test
    void what_lies_in_tmp_counts_as_memory() throws Exception {
        var result =
                host.shell("dd if=/dev/zero of=/tmp/f bs=1M count=400; echo done", SMALL_MEMORY);

        assertOutOfMemory(result, 128 << 20);
    }

    private static void assertOutOfMemory(ExecutionResult result, long limit) {
        assertThat(result.termination()).as(result.toString()).isEqualTo(Termination.OUT_OF_MEMORY);
        assertThat(result.exitCode()).isNull();
        assertThat(result.oomKilled()).isTrue();
        assertThat(result.evidence().limit()).isEqualTo("memory_limit");
        assertThat(result.evidence().limitValue()).isEqualTo(limit);
        assertThat(result.evidence().killedBy()).isEqualTo("kernel");
        assertThat(result.usage().peakMemoryBytes()).isEqualTo(limit);
    }

    @Test
    void a_program_that_handles_a_refused_allocation_is_not_out_of_memory() throws Exception {
        var result =
                host.python(
                        "try:\n    x = bytearray(1 << 62)\nexcept (MemoryError, OverflowError):\n    print('refused')");

        assertThat(result.termination()).isEqualTo(Termination.EXITED);
        assertThat(result.stdout().text()).isEqualTo("refused\n");
    }

    @Test
    void a_fork_bomb_meets_its_limit_as_an_error_of_fork_and_lives() throws Exception {
        var result =
                host.python(
                        """
                        import os, time, errno
                        children = 0
                        try:
                            while True:
                                if os.fork() == 0:
                                    time.sleep(1000)
                                children += 1
                        except BlockingIOError as e:
                            print(children, e.errno == errno.EAGAIN)
                        """);

        assertThat(result.termination()).isEqualTo(Termination.EXITED);
        assertThat(result.stdout().text()).isEqualTo("49 True\n");
    }

    @Test
    void a_bomb_that_multiplies_harms_nobody() throws Exception {
        var result =
                host.python(
                        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
                        new Limits(Duration.ofSeconds(2), 512 << 20, 1.0, 50, 1 << 20, 32 << 20));

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
    }

    @Test
    void threads_count_as_processes() throws Exception {
        var result =
                host.python(
                        """
                        import threading, time
                        n = 0
                        try:
                            for _ in range(100):
                                threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
                                n += 1
                        except RuntimeError as e:
                            print(n, e, flush=True)
                            import os
                            os._exit(0)
                        """);

        assertThat(result.stdout().text()).isEqualTo("49 can't start new thread\n");
    }

    @Test
    void tmp_is_as_large_as_the_disk_limit() throws Exception {
        var result =
                host.shell("dd if=/dev/zero of=/tmp/f bs=1M count=64 2>/dev/null; wc -c < /tmp/f");

        assertThat(result.stdout().text()).isEqualTo((32 << 20) + "\n");
    }

    @Test
    void only_tmp_and_shm_can_be_written() throws Exception {
        var result =
                host.shell(
                        "for d in / /etc /usr /job /job/files /kiln /var/tmp /dev /run /home; do (: > $d/x) 2>/dev/null && echo wrote $d; done;"
                                + " : > /tmp/x && : > /tmp/work/x && echo ok; (: > main.sh) 2>/dev/null || echo code is safe");

        assertThat(result.stdout().text()).isEqualTo("ok\ncode is safe\n");
    }

    @Test
    void cpu_time_and_wall_time_are_the_programs_own() throws Exception {
        var busy =
                host.python(
                        "import time\nt = time.process_time()\nwhile time.process_time() - t < 0.5: pass");
        var asleep = host.python("import time\ntime.sleep(0.7)");

        assertThat(busy.usage().cpu()).isBetween(Duration.ofMillis(400), Duration.ofSeconds(2));
        assertThat(asleep.usage().wall()).isBetween(Duration.ofMillis(700), Duration.ofSeconds(4));
        assertThat(asleep.usage().cpu()).isLessThan(Duration.ofMillis(500));
    }
}
