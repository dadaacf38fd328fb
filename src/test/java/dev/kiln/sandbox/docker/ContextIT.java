package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Context;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The file /mnt/context. */
class ContextIT {
    private static final Context.Uploaded UPLOADED =
            new Context.Uploaded("acme", "0".repeat(63) + "1");
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
    void it_is_there_to_the_byte() throws Exception {
        byte[] content = {0, 'a', (byte) 0xff, '\n'};
        var result =
                host.run(
                        program(
                                "import os, stat\ns = os.stat('/mnt/context')\nprint(open('/mnt/context', 'rb').read(), oct(stat.S_IMODE(s.st_mode)), os.listdir('/mnt'))",
                                new Context.Inline(content)),
                        SandboxHost.LIMITS);

        assertThat(result.stdout().text()).isEqualTo("b'\\x00a\\xff\\n' 0o444 ['context']\n");
    }

    @Test
    void without_one_there_is_no_such_file() throws Exception {
        var result =
                host.run(
                        program("import os\nprint(os.path.lexists('/mnt/context'))", null),
                        SandboxHost.LIMITS);

        assertThat(result.stdout().text()).isEqualTo("False\n");
    }

    @Test
    void a_program_cannot_change_it() throws Exception {
        var result =
                host.run(
                        program(
                                """
                                import ctypes, os
                                libc = ctypes.CDLL(None, use_errno=True)
                                def mount():
                                    if libc.mount(b'/tmp', b'/mnt', None, 4096, None): raise OSError(ctypes.get_errno(), 'mount')
                                def umount():
                                    if libc.umount2(b'/mnt', 2): raise OSError(ctypes.get_errno(), 'umount')
                                ways = {
                                    'write': lambda: open('/mnt/context', 'r+b').write(b'x'),
                                    'append': lambda: open('/mnt/context', 'ab').write(b'x'),
                                    'truncate': lambda: os.truncate('/mnt/context', 0),
                                    'chmod': lambda: os.chmod('/mnt/context', 0o666),
                                    'chown': lambda: os.chown('/mnt/context', 1000, 1000),
                                    'unlink': lambda: os.unlink('/mnt/context'),
                                    'rename': lambda: os.rename('/mnt/context', '/mnt/c'),
                                    'replace': lambda: os.replace('/tmp/work/main.py', '/mnt/context'),
                                    'beside': lambda: open('/mnt/other', 'w'),
                                    'fd': lambda: os.open('/proc/self/fd/%d' % os.open('/mnt/context', os.O_RDONLY), os.O_RDWR),
                                    'utime': lambda: os.utime('/mnt/context', (0, 0)),
                                    'setxattr': lambda: os.setxattr('/mnt/context', 'user.a', b'b'),
                                    'mount': mount, 'umount': umount,
                                }
                                for name, way in ways.items():
                                    try: way(); print(name, 'WORKED')
                                    except OSError: pass
                                print(open('/mnt/context').read())
                                """,
                                new Context.Inline(SandboxHost.bytes("as it was"))),
                        SandboxHost.LIMITS);

        assertThat(result.stderr().text()).isEmpty();
        assertThat(result.stdout().text()).isEqualTo("as it was\n");
    }

    @Test
    void one_as_large_as_all_memory_costs_the_job_none() throws Exception {
        byte[] piece = new byte[1 << 20];
        var digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < 64; i++) {
            piece[0] = (byte) i;
            digest.update(piece);
        }
        try (var sandbox =
                new DockerSandbox(
                        host.settings,
                        SandboxHost.runtimes(
                                Map.of("plain", SandboxHost.plainWith(SandboxHost.IMAGE))),
                        (context, to) -> {
                            assertThat(context).isEqualTo(UPLOADED);
                            for (int i = 0; i < 64; i++) {
                                piece[0] = (byte) i;
                                to.write(piece);
                            }
                        })) {
            var limits = new Limits(Duration.ofSeconds(30), 64 << 20, 1.0, 50, 1000, 4096);
            var result =
                    sandbox.run(
                            SandboxHost.tag(),
                            program(
                                    """
                                    import hashlib
                                    h = hashlib.sha256()
                                    with open('/mnt/context', 'rb') as f:
                                        while b := f.read(1 << 20): h.update(b)
                                    print(h.hexdigest())
                                    """,
                                    UPLOADED),
                            limits,
                            new StopSignal());

            assertThat(result.stdout().text())
                    .as("%s %s", result.termination(), result.stderr().text())
                    .isEqualTo(HexFormat.of().formatHex(digest.digest()) + "\n");
        }
    }

    @Test
    void without_a_source_an_uploaded_one_is_a_fault_of_the_job() {
        assertThatThrownBy(() -> host.run(program("1", UPLOADED, "python"), SandboxHost.LIMITS))
                .isInstanceOf(SandboxFault.class)
                .hasMessageContaining("no uploaded contexts");
    }

    private static Program program(String code, @Nullable Context context) {
        return program(code, context, "plain");
    }

    private static Program program(String code, @Nullable Context context, String runtime) {
        return new Program(
                runtime,
                SandboxHost.bytes(code),
                new byte[0],
                List.of(),
                Map.of(),
                List.of(),
                Needs.NOTHING,
                context,
                ArtifactRequest.NONE);
    }
}
