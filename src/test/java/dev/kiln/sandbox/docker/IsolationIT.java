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

/**
 * Programs that attack what is around them: the runner and its channel, the network, their own
 * user.
 */
class IsolationIT {
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
                "open('/proc/1/fd/1', 'wb')",
                "open('/proc/1/fd/0', 'rb')",
                "open('/proc/1/mem', 'rb')",
                "os.kill(1, signal.SIGKILL)",
                "os.kill(1, signal.SIGSTOP)",
                "os.setuid(0)",
                "os.setgroups([0])",
                "os.chroot('/tmp')",
                "os.sethostname('x') if hasattr(os, 'sethostname') else socket.sethostname('x')",
                "open('/job/files/main.py', 'wb')",
                "open('/kiln/kiln-runner', 'r+b')",
                "os.mknod('/tmp/d', 0o60000 | 0o600, os.makedev(8, 0)); open('/tmp/d', 'rb')",
                "check(libc.ptrace(16, 1, 0, 0))",
                "check(libc.unshare(0x10000000))",
                "check(libc.setns(0, 0))",
                "check(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0))",
                "check(libc.syscall(435, 0, 0))",
                "check(libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0))",
                "socket.create_connection(('1.1.1.1', 53), 3)",
                "socket.create_connection(('169.254.169.254', 80), 3)",
                "socket.create_connection(('172.17.0.1', 22), 3)",
                "socket.getaddrinfo('example.org', 80)",
                "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
                "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"
            })
    void an_attack_is_refused(String attack) throws Exception {
        var result =
                unguarded(
                        "try:\n    "
                                + attack
                                + "\n    print('got through')\nexcept OSError as e:\n    print('refused')");

        assertThat(result.stdout().text()).as(result.stderr().text()).isEqualTo("refused\n");
    }

    /** Python without the guard, and with the C library at hand: an attacker would have both. */
    private static ExecutionResult unguarded(String code) throws Exception {
        String all =
                """
                import ctypes, os, signal, socket
                libc = ctypes.CDLL(None, use_errno=True)
                def check(result):
                    if result < 0: raise OSError(ctypes.get_errno(), 'refused')
                """
                        + code;
        return host.shell("cat > p.py <<'EOF'\n" + all + "\nEOF\nexec python3 p.py");
    }

    @Test
    void frames_on_standard_output_are_just_output() throws Exception {
        var result =
                host.shell(
                        "printf 'X\\000\\000\\000\\054aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; exit 3");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.stdout().kept()).hasSize(49).startsWith('X', 0, 0, 0, 44);
    }

    @Test
    void a_program_that_closes_everything_is_still_reported() throws Exception {
        var result = host.shell("exec <&- >&- 2>&-; exit 9");

        assertThat(result.exitCode()).isEqualTo(9);
        assertThat(result.stdout().produced()).isZero();
    }

    @Test
    void a_daemon_that_keeps_the_pipe_does_not_delay_the_verdict() throws Exception {
        var result =
                host.shell(
                        "echo first; setsid sh -c 'while :; do echo more; done' & sleep 0.3; echo last >&2; exit 5");

        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(result.stdout().text()).startsWith("first\n");
        assertThat(result.stderr().text()).isEqualTo("last\n");
        assertThat(result.usage().wall()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void orphans_are_reaped() throws Exception {
        var result =
                host.shell(
                        "for i in 1 2 3 4 5 6 7 8; do (sh -c 'exit 0' &) ; done; sleep 0.5; grep -l 'State.*Z' /proc/[0-9]*/status 2>/dev/null | wc -l");

        assertThat(result.stdout().text()).isEqualTo("0\n");
    }

    @Test
    void death_by_a_signal_is_told_from_an_exit_code() throws Exception {
        var result = host.shell("kill -SEGV $$");

        assertThat(result.termination()).isEqualTo(Termination.SIGNALLED);
        assertThat(result.signal()).isEqualTo(11);
        assertThat(result.exitCode()).isEqualTo(139);
        assertThat(host.shell("kill -9 $$").signal()).isEqualTo(9);
        assertThat(host.shell("exit 137").signal()).isNull();
        assertThat(host.shell("kill -TERM 0; sleep 9").signal())
                .as("its own group only")
                .isEqualTo(15);
    }

    @Test
    void the_program_is_nobody_and_sees_nobody() throws Exception {
        var result =
                host.shell(
                        "id -u; id -g; id -G; grep -E '^(CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs)' /proc/self/status; ls /proc | grep -c '^[0-9]'; hostname");

        assertThat(result.stdout().text())
                .startsWith(
                        "1000\n1000\n1000\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n")
                .endsWith("sandbox\n");
        assertThat(
                        host.shell(
                                        "tr '\\0' '\\n' < /proc/1/environ; tr '\\0' ' ' < /proc/1/cmdline")
                                .stdout()
                                .text()
                                .toLowerCase(java.util.Locale.ROOT))
                .doesNotContain("secret", "password", "token", "kafka", "postgres");
    }

    @Test
    void signals_that_the_runner_uses_work_in_the_program() throws Exception {
        var result =
                host.python(
                        "import signal\nprint([s for s in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM) if signal.getsignal(s) == signal.SIG_IGN], signal.pthread_sigmask(signal.SIG_BLOCK, []))");
        var pipe = host.shell("yes | head -n 1; echo after");

        assertThat(result.stdout().text())
                .as("SIGPIPE is ignored by Python itself")
                .isEqualTo("[<Signals.SIGPIPE: 13>] set()\n");
        assertThat(pipe.stdout().text()).isEqualTo("y\nafter\n");
        assertThat(pipe.stderr().text()).isEmpty();
    }

    @Test
    void threads_and_numpy_work() throws Exception {
        var result =
                host.python(
                        """
                        import threading, numpy
                        done = []
                        threads = [threading.Thread(target=done.append, args=(i,)) for i in range(4)]
                        for t in threads: t.start()
                        for t in threads: t.join()
                        print(len(done), int((numpy.ones((200, 200)) @ numpy.ones((200, 200))).sum()))
                        try:
                            import ctypes
                        except ImportError:
                            print('guarded')
                        """,
                        new Limits(Duration.ofSeconds(30), 512 << 20, 1.0, 50, 1 << 20, 32 << 20));

        assertThat(result.stdout().text())
                .as(result.stderr().text())
                .isEqualTo("4 8000000\nguarded\n");
    }
}
