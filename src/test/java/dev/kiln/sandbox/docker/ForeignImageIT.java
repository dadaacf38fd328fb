package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.InputFile;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.sandbox.Interpreter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image that knows nothing of Kiln and little of Linux: one program and its libraries, no /tmp,
 * no /etc/passwd, no shell where shells are, no configuration.
 */
class ForeignImageIT {
    private static final String SOURCE = "kiln/bash:latest";
    private static final String IMAGE = "kiln-test/foreign:" + ProcessHandle.current().pid();
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

    @TempDir private static Path folder;
    private static SandboxHost host;

    @BeforeAll
    static void open() throws Exception {
        DockerCli docker = new DockerCli(folder);
        String container = docker.run("create", SOURCE).strip();
        try {
            take(docker, container, "/usr/bin/bash", "odd/place/shell");
            var libraries =
                    LIBRARY.matcher(docker.run("run", "--rm", SOURCE, "ldd", "/usr/bin/bash"));
            while (libraries.find()) {
                take(docker, container, libraries.group(1), libraries.group(1).substring(1));
            }
        } finally {
            docker.run("rm", container);
        }
        Path tar = folder.resolve("image.tar");
        var tarred =
                new ProcessBuilder(
                                "tar",
                                "-C",
                                folder.resolve("root").toString(),
                                "-cf",
                                tar.toString(),
                                ".")
                        .inheritIO()
                        .start();
        assertThat(tarred.waitFor()).isZero();
        docker.run("import", tar.toString(), IMAGE);
        host =
                new SandboxHost(
                        "auto",
                        SandboxHost.runtimes(
                                Map.of(
                                        "foreign",
                                        new Interpreter(
                                                IMAGE,
                                                "main",
                                                List.of("/odd/place/shell", "{file}")))));
    }

    private static void take(DockerCli docker, String container, String from, String to)
            throws Exception {
        Path target = folder.resolve("root").resolve(to);
        Files.createDirectories(target.getParent());
        docker.run("cp", "-L", container + ":" + from, target.toString());
        assertThat(target).isRegularFile();
    }

    @AfterAll
    static void close() {
        if (host != null) {
            host.close();
        }
        new DockerCli(folder).run("rmi", IMAGE);
    }

    @Test
    void a_program_runs_there_with_all_that_it_brings() throws Exception {
        var program =
                new Program(
                        "foreign",
                        SandboxHost.bytes(
                                "read line; echo \"$line|$1|$WHO|$(<data/x)|$UID|$PWD|$PATH\"; : > /tmp/written && exit 7"),
                        SandboxHost.bytes("in\n"),
                        List.of("a"),
                        Map.of("WHO", "me"),
                        List.of(new InputFile("data/x", SandboxHost.bytes("X"))),
                        Needs.NOTHING);

        var result = host.run(program, SandboxHost.LIMITS);

        assertThat(result.stdout().text())
                .as(result.toString() + result.stderr().text())
                .isEqualTo("in|a|me|X|1000|/tmp/work|/usr/local/bin:/usr/bin:/bin\n");
        assertThat(result.exitCode()).isEqualTo(7);
    }

    @Test
    void its_root_is_as_closed_as_any() throws Exception {
        var result =
                host.run(
                        SandboxHost.program(
                                "foreign",
                                "for d in / /odd /job /kiln /lib64 /etc; do (: > $d/x) 2>/dev/null && echo wrote $d; done; echo checked"),
                        SandboxHost.LIMITS);

        assertThat(result.stdout().text()).isEqualTo("checked\n");
    }
}
