package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.InputFile;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in and what comes out, to the byte. */
class InputOutputIT {
    private static final int CAP = 100_000;
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(20), 256 << 20, 1.0, 50, CAP, 32 << 20);
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
    void stdin_arguments_environment_and_files_arrive() throws Exception {
        var program =
                SandboxHost.program(
                        """
                        import os, sys
                        print(sys.stdin.read(), sys.argv[1:], os.environ['GREETING'], os.environ['HOME'], os.getcwd())
                        print(open('data/in.csv').read(), open(os.path.dirname(__file__) + '/b').read(), sorted(os.listdir()))
                        import helper
                        print(helper.x, sorted(k for k in os.environ if k not in ('PATH', 'LANG', 'LC_CTYPE')))
                        """,
                        "zwei\nZeilen ü",
                        List.of("a b", "", "ü", "--flag"),
                        Map.of("GREETING", "grüß = dich"),
                        new InputFile("data/in.csv", SandboxHost.bytes("1,2")),
                        new InputFile("b", SandboxHost.bytes("B")),
                        new InputFile("helper.py", SandboxHost.bytes("x = 42")));

        var result = host.run(program, LIMITS);

        assertThat(result.stderr().text()).isEmpty();
        assertThat(result.stdout().text())
                .isEqualTo(
                        """
                        zwei
                        Zeilen ü ['a b', '', 'ü', '--flag'] grüß = dich /tmp/work /tmp/work
                        1,2 B ['b', 'data', 'helper.py', 'main.py']
                        42 ['GREETING', 'HOME']
                        """);
    }

    @Test
    void a_file_named_like_the_program_is_the_programs_to_read() throws Exception {
        var program =
                SandboxHost.program(
                        "print(open('main.py').read())",
                        "",
                        List.of(),
                        Map.of(),
                        new InputFile("main.py", SandboxHost.bytes("mine")));

        assertThat(host.run(program, LIMITS).stdout().text()).isEqualTo("mine\n");
    }

    @Test
    void stdin_may_hold_any_bytes_and_be_long() throws Exception {
        byte[] input = pattern(3 << 20, Integer.MAX_VALUE);
        var program =
                new Program(
                        "python",
                        SandboxHost.bytes(
                                "import sys, hashlib\nprint(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"),
                        input,
                        List.of(),
                        Map.of(),
                        List.of(),
                        Needs.NOTHING);

        String sha256 =
                java.util.HexFormat.of()
                        .formatHex(
                                java.security.MessageDigest.getInstance("SHA-256").digest(input));
        assertThat(host.run(program, LIMITS).stdout().text()).isEqualTo(sha256 + "\n");
    }

    @Test
    void code_may_hold_nul_and_what_is_not_utf8() throws Exception {
        var program =
                new Program(
                        "sh",
                        new byte[] {'e', 'c', 'h', 'o', ' ', '"', (byte) 0xff, '"', '\n'},
                        new byte[0],
                        List.of(),
                        Map.of(),
                        List.of(),
                        Needs.NOTHING);

        assertThat(host.run(program, LIMITS).stdout().kept()).containsExactly(0xff, '\n');
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, 4095, 4096, 4097, 65535, 65536, 65537, CAP - 1, CAP, CAP + 1, 10 * CAP})
    void output_is_exact_up_to_the_cap_and_counted_beyond(int size) throws Exception {
        var result =
                host.python(
                        "import os\nleft = %d\nwhile left > 0: left -= os.write(1, bytes(i * 31 & 255 for i in range(min(left, 50000))))\n"
                                        .formatted(size)
                                + "os.write(2, b'e' * %d)".formatted(Math.min(size, 5)),
                        LIMITS);

        assertThat(result.exitCode()).as(result.stderr().text()).isZero();
        byte[] expected = pattern(Math.min(size, CAP), 50_000);
        assertThat(result.stdout().kept()).isEqualTo(expected);
        assertThat(result.stdout().produced()).isEqualTo(size);
        assertThat(result.stdout().truncated()).isEqualTo(size > CAP);
        assertThat(result.stderr().produced()).isEqualTo(Math.min(size, 5));
    }

    @Test
    void a_cap_of_nothing_keeps_nothing_and_counts() throws Exception {
        var result =
                host.python(
                        "print('hello')",
                        new Limits(Duration.ofSeconds(20), 256 << 20, 1.0, 50, 0, 32 << 20));

        assertThat(result.stdout().kept()).isEmpty();
        assertThat(result.stdout().produced()).isEqualTo(6);
    }

    @Test
    void nul_and_invalid_utf8_come_out_as_they_went_in() throws Exception {
        var result =
                host.python(
                        "import os\nos.write(1, b'\\x00\\xff\\xfe\\r\\n\\x00')\nos.write(2, b'\\x80')");

        assertThat(result.stdout().kept()).containsExactly(0, 0xff, 0xfe, '\r', '\n', 0);
        assertThat(result.stdout().utf8()).isFalse();
        assertThat(result.stderr().kept()).containsExactly(0x80);
    }

    @Test
    void both_streams_flooded_at_once_are_kept_apart() throws Exception {
        var result =
                host.shell(
                        "head -c 5000000 /dev/zero | tr '\\0' e >&2 & head -c 5000000 /dev/zero | tr '\\0' o; wait; exit 4",
                        LIMITS);

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.stdout().text()).isEqualTo("o".repeat(CAP));
        assertThat(result.stderr().text()).isEqualTo("e".repeat(CAP));
        assertThat(result.stdout().produced()).isEqualTo(5_000_000);
        assertThat(result.stderr().produced()).isEqualTo(5_000_000);
    }

    @Test
    void a_traceback_shows_the_programs_lines_alone() throws Exception {
        var result = host.python("def f():\n    raise ValueError('no')\n\nf()\n");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.stderr().text())
                .isEqualTo(
                        """
                        Traceback (most recent call last):
                          File "/tmp/work/main.py", line 4, in <module>
                            f()
                          File "/tmp/work/main.py", line 2, in f
                            raise ValueError('no')
                        ValueError: no
                        """);
    }

    private static byte[] pattern(int size, int period) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i % period * 31);
        }
        return bytes;
    }
}
