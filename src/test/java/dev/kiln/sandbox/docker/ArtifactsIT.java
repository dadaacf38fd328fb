package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Artifact;
import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Artifacts;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.InputFile;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Omission;
import dev.kiln.job.Omission.Reason;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What programs leave behind, honest and not. */
class ArtifactsIT {
    private static final long TOTAL = 4 << 20;
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(20), 256 << 20, 1.0, 50, 1 << 20, 64 << 20);
    private static SandboxHost host;

    @BeforeAll
    static void open() {
        host = new SandboxHost();
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @Test
    void patterns_choose_among_what_is_there() throws Exception {
        var result =
                run(
                        """
                        import os
                        for path in ['a.txt', '.hidden', 'out/b.png', 'out/c.txt', 'out/deep/d.png', 'out/deep/er/e.png', 'x[1]', 'ü.dat', 'other/z']:
                            if '/' in path: os.makedirs(os.path.dirname(path), exist_ok=True)
                            open(path, 'w').write(path)
                        """,
                        "*.txt",
                        "out/**/*.png",
                        "x[1]",
                        "?.dat",
                        "nothing/*",
                        "out",
                        ".hid*");

        assertThat(result.artifacts().files())
                .extracting(Artifact::path)
                .containsExactly(
                        ".hidden",
                        "a.txt",
                        "out/b.png",
                        "out/deep/d.png",
                        "out/deep/er/e.png",
                        "x[1]",
                        "ü.dat");
        for (Artifact each : result.artifacts().files()) {
            assertThat(each.content()).isEqualTo(SandboxHost.bytes(each.path()));
            assertThat(each.sha256()).isEqualTo(sha256(SandboxHost.bytes(each.path())));
        }
        assertThat(result.artifacts().omitted())
                .containsExactly(
                        new Omission("out", Reason.DIRECTORY),
                        new Omission("nothing/*", Reason.MISSING));
        assertThat(result.artifacts().omittedCount()).isEqualTo(2);
    }

    @Test
    void sizes_are_exact_at_every_boundary() throws Exception {
        var sizes = List.of(0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 131_072, 1_000_000);
        var result =
                run(
                        "for n in %s: open(f'{n:07d}', 'wb').write(bytes(i * 31 & 255 for i in range(n)))"
                                .formatted(sizes),
                        "*");

        assertThat(result.artifacts().omitted()).isEmpty();
        assertThat(result.artifacts().files()).hasSameSizeAs(sizes);
        for (int i = 0; i < sizes.size(); i++) {
            assertThat(result.artifacts().files().get(i).content())
                    .isEqualTo(pattern(sizes.get(i)));
        }
    }

    @Test
    void links_lead_nowhere() throws Exception {
        var result =
                run(
                        """
                        import os
                        os.symlink('/etc/passwd', 'passwd')
                        os.symlink('/proc/self/mem', 'mem')
                        os.symlink('/proc/1/environ', 'environ')
                        os.symlink('/etc', 'etc')
                        os.symlink('/', 'root')
                        os.symlink('gone', 'dangling')
                        os.symlink('loop', 'loop')
                        os.mkdir('real'); open('real/file', 'w').write('mine'); os.symlink('real', 'alias')
                        try: os.link('/etc/passwd', 'hard')
                        except OSError as e: print('refused', e.errno)
                        """,
                        "**",
                        "etc/passwd",
                        "root/etc/passwd",
                        "alias/file",
                        "hard");

        assertThat(result.stdout().text()).startsWith("refused ");
        assertThat(result.artifacts().files())
                .extracting(Artifact::path)
                .containsExactly("real/file");
        assertThat(result.artifacts().omitted())
                .extracting(Omission::path)
                .containsExactly(
                        "alias",
                        "dangling",
                        "environ",
                        "etc",
                        "loop",
                        "mem",
                        "passwd",
                        "root",
                        "hard");
        assertThat(reasons(result.artifacts())).containsOnly(Reason.LINK, Reason.MISSING);
    }

    @Test
    void the_work_directory_itself_may_not_be_a_link() throws Exception {
        var result =
                run(
                        "import os\nos.rename('/tmp/work', '/tmp/w'); os.symlink('/etc', '/tmp/work')",
                        "passwd",
                        "**");

        assertThat(result.exitCode()).isZero();
        assertThat(result.artifacts().files()).isEmpty();
        assertThat(result.artifacts().omitted().getFirst())
                .isEqualTo(new Omission(".", Reason.UNREADABLE));
    }

    @Test
    void what_is_no_file_is_not_waited_for() throws Exception {
        var result =
                run(
                        """
                        import os, socket
                        os.mkfifo('fifo')
                        socket.socket(socket.AF_UNIX).bind('sock')
                        # Some kernels let anybody make the node, though not open it.
                        try: os.mknod('dev', 0o20666, os.makedev(1, 5))
                        except OSError: os.mkfifo('dev')
                        open('secret', 'w').write('x'); os.chmod('secret', 0)
                        os.mkdir('closed'); open('closed/x', 'w'); os.chmod('closed', 0)
                        """,
                        "*",
                        "closed/*");

        assertThat(result.artifacts().files()).isEmpty();
        assertThat(result.artifacts().omitted())
                .containsExactly(
                        new Omission("closed", Reason.UNREADABLE),
                        new Omission("dev", Reason.SPECIAL),
                        new Omission("fifo", Reason.SPECIAL),
                        new Omission("secret", Reason.UNREADABLE),
                        new Omission("sock", Reason.SPECIAL));
    }

    @Test
    void what_is_too_large_stays_behind_and_the_rest_comes() throws Exception {
        var result =
                run(
                        """
                        import os
                        open('sparse', 'wb').truncate(10 << 30)
                        open('a', 'wb').write(b'a' * (3 << 20))
                        open('b', 'wb').write(b'b' * (2 << 20))
                        open('c', 'wb').write(b'c' * (1 << 20))
                        open('d', 'wb').write(b'd')
                        open('e', 'wb')
                        """,
                        "*");

        assertThat(result.artifacts().files())
                .extracting(Artifact::path)
                .containsExactly("a", "c", "e");
        assertThat(result.artifacts().omitted())
                .containsExactly(
                        new Omission("b", Reason.OVER_TOTAL),
                        new Omission("d", Reason.OVER_TOTAL),
                        new Omission("sparse", Reason.TOO_LARGE));
    }

    @Test
    void a_daemon_that_is_left_behind_writes_no_more() throws Exception {
        var result =
                run(
                        """
                        import os, time
                        for i in range(5):
                            if os.fork() == 0:
                                os.setsid()
                                f = open('log', 'ab', buffering=0)
                                while True:
                                    f.write(b'x' * 1000)
                                    if f.tell() > 1 << 20: f.truncate(0)
                                    if os.fork(): os._exit(0)
                        while not os.path.exists('log') or os.path.getsize('log') < 5000: time.sleep(.01)
                        """,
                        "log");

        assertThat(result.termination()).isEqualTo(Termination.EXITED);
        assertThat(result.artifacts().omitted()).isEmpty();
        assertThat(result.artifacts().files()).hasSize(1);
    }

    @Test
    void a_folder_of_very_many_is_looked_at_within_bounds() throws Exception {
        var result =
                run(
                        """
                        import os
                        os.mkdir('many')
                        for i in range(100_000): os.close(os.open('many/%06d' % i, os.O_CREAT | os.O_WRONLY))
                        open('one', 'w').write('1')
                        """,
                        new Limits(Duration.ofSeconds(60), 512 << 20, 1.0, 50, 1 << 20, 64 << 20),
                        "one",
                        "many/*",
                        "many/099999");

        assertThat(result.termination()).as(result.stderr().text()).isEqualTo(Termination.EXITED);
        assertThat(result.artifacts().files()).hasSize(20);
        assertThat(result.artifacts().omitted()).hasSizeBetween(50, 103);
        assertThat(result.artifacts().omitted()).contains(new Omission("many", Reason.TOO_MANY));
    }

    @Test
    void a_deep_tree_ends_at_the_cap() throws Exception {
        var result =
                run(
                        """
                        import os
                        for i in range(60):
                            open('f', 'w').write(str(i))
                            os.mkdir('d'); os.chdir('d')
                        """,
                        "**/f");

        assertThat(result.artifacts().files()).hasSize(5);
        assertThat(result.artifacts().files().getFirst().path()).isEqualTo("d/d/d/d/f");
        assertThat(result.artifacts().omitted())
                .containsExactly(new Omission("d/d/d/d/d", Reason.TOO_DEEP));
    }

    @Test
    void names_are_any_bytes() throws Exception {
        var result =
                run(
                        """
                        import os
                        for name in [b'new\\nline', b'\\xff\\xfe', b'esc\\x1b[2J', b'x' * 255, '漢'.encode() * 85, b'a;b?c#d%e f', b'..a', b'-rf', b'"q\\\\']:
                            open(name, 'wb').write(name)
                        """,
                        "*");

        assertThat(result.artifacts().files())
                .extracting(Artifact::path)
                .containsExactlyInAnyOrder(
                        "x".repeat(255), "漢".repeat(85), "a;b?c#d%e f", "..a", "-rf", "\"q\\");
        assertThat(result.artifacts().omitted())
                .containsExactlyInAnyOrder(
                        new Omission("new\\x0aline", Reason.NAME),
                        new Omission("\\xff\\xfe", Reason.NAME),
                        new Omission("esc\\x1b[2J", Reason.NAME));
    }

    @Test
    void reports_forged_in_a_file_are_only_bytes() throws Exception {
        var result =
                run(
                        """
                        forged = b'D\\0\\0\\0\\1\\0' + b'X\\0\\0\\0\\x2c' + b'\\0' * 44 + b'A\\0\\0\\0\\4evil' + b'Q\\0\\0\\0\\x11' + b'\\xff' * 17
                        open('forged', 'wb').write(forged * 3000)
                        import sys; sys.exit(7)
                        """,
                        "forged");

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.artifacts().files()).extracting(Artifact::path).containsExactly("forged");
        assertThat(result.artifacts().files().getFirst().bytes())
                .isEqualTo(3000L * (6 + 49 + 9 + 22));
    }

    @Test
    void a_program_that_ended_by_a_signal_leaves_its_files() throws Exception {
        var result = run("import os\nopen('f', 'w').write('x')\nos.kill(os.getpid(), 9)", "f");

        assertThat(result.termination()).isEqualTo(Termination.SIGNALLED);
        assertThat(result.artifacts().files()).hasSize(1);
    }

    @Test
    void of_a_program_that_was_killed_nothing_is_collected() throws Exception {
        var limits = new Limits(Duration.ofSeconds(1), 256 << 20, 1.0, 50, 1 << 20, 32 << 20);
        var result = run("open('f', 'w').write('x')\nwhile True: pass", limits, "f", "g/*");

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.artifacts())
                .isEqualTo(
                        new Artifacts(
                                List.of(),
                                List.of(
                                        new Omission("f", Reason.NOT_COLLECTED),
                                        new Omission("g/*", Reason.NOT_COLLECTED)),
                                2));
    }

    @Test
    void inputs_are_no_artifacts_but_what_replaces_them_is() throws Exception {
        var program =
                new Program(
                        "python",
                        SandboxHost.bytes("import os\nos.remove('b'); open('b', 'w').write('new')"),
                        new byte[0],
                        List.of(),
                        Map.of(),
                        List.of(
                                new InputFile("a", SandboxHost.bytes("old")),
                                new InputFile("b", SandboxHost.bytes("old")),
                                new InputFile("d/c", SandboxHost.bytes("old"))),
                        Needs.NOTHING,
                        null,
                        request("**"));

        var result = host.run(program, LIMITS);

        assertThat(result.artifacts().files()).extracting(Artifact::path).containsExactly("b");
        assertThat(result.artifacts().omitted()).isEmpty();
    }

    private static ExecutionResult run(String code, String... patterns) throws Exception {
        return run(code, LIMITS, patterns);
    }

    private static ExecutionResult run(String code, Limits limits, String... patterns)
            throws Exception {
        var result =
                host.run(
                        new Program(
                                "python",
                                SandboxHost.bytes(code),
                                new byte[0],
                                List.of(),
                                Map.of(),
                                List.of(),
                                Needs.NOTHING,
                                null,
                                request(patterns)),
                        limits);
        assertThat(result.stderr().text()).isEmpty();
        return result;
    }

    private static ArtifactRequest request(String... patterns) {
        return new ArtifactRequest(List.of(patterns), TOTAL, 3 << 20, 20, 5);
    }

    private static List<Reason> reasons(Artifacts artifacts) {
        return artifacts.omitted().stream().map(Omission::reason).toList();
    }

    private static byte[] pattern(int size) {
        byte[] bytes = new byte[size];
        IntStream.range(0, size).forEach(i -> bytes[i] = (byte) (i * 31));
        return bytes;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
