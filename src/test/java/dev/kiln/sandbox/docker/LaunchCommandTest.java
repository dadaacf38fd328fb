package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Context;
import dev.kiln.job.InputFile;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.sandbox.ContextSource;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the runner is told, and what it finds. */
class LaunchCommandTest {
    private static final LaunchCommand PYTHON =
            new LaunchCommand("main.py", List.of("/usr/bin/python3", "-X", "{file}"), null);
    private static final LaunchCommand C =
            new LaunchCommand(
                    "main.c",
                    List.of("{build}/program", "{file}"),
                    new LaunchCommand.Compile(
                            List.of("/usr/bin/cc", "-o{build}/program", "{file}"),
                            Duration.ofSeconds(3)));
    private static final Image IMAGE =
            new Image(
                    "sha256:0",
                    Map.of("PATH", "/image/bin", "LANG", "de_DE.UTF-8"),
                    java.util.Set.of());

    @Test
    void in_an_image_that_is_not_the_languages_own_the_executable_is_looked_for_by_name() {
        var spec =
                PYTHON.byName().spec(program(List.of("a"), Map.of(), file("data/x")), container());

        assertThat(spec.argv())
                .containsExactly("/usr/bin/env", "python3", "-X", "/tmp/work/main.py", "a");
        assertThat(spec.env()).containsEntry("PATH", "/image/bin");
    }

    @Test
    void the_program_runs_beside_its_files() {
        var spec =
                PYTHON.spec(
                        program(
                                List.of("a", ""),
                                Map.of(),
                                file("data/x"),
                                file("data/y"),
                                file("b")),
                        container());

        assertThat(spec.argv())
                .containsExactly("/usr/bin/python3", "-X", "/tmp/work/main.py", "a", "");
        assertThat(spec.links()).containsExactly("data", "b", "main.py");
    }

    @Test
    void a_file_of_the_codes_name_keeps_its_place() {
        var spec = PYTHON.spec(program(List.of(), Map.of(), file("main.py")), container());

        assertThat(spec.argv()).contains("/job/main.py");
        assertThat(spec.links()).containsExactly("main.py");
    }

    @Test
    void the_environment_is_the_images_then_the_jobs() {
        var spec = PYTHON.spec(program(List.of(), Map.of("LANG", "C", "A", "b")), container());

        assertThat(spec.env())
                .isEqualTo(
                        Map.of("PATH", "/image/bin", "LANG", "C", "HOME", "/tmp/work", "A", "b"));
    }

    @Test
    void a_runtime_that_cannot_work_is_refused() {
        assertThatThrownBy(() -> new LaunchCommand("a/b", List.of("/x"), null))
                .hasMessageContaining("a/b");
        assertThatThrownBy(() -> new LaunchCommand("stdin", List.of("/x"), null))
                .hasMessageContaining("stdin");
        assertThatThrownBy(() -> new LaunchCommand("x", List.of("python3"), null))
                .hasMessageContaining("python3");
        assertThatThrownBy(() -> new LaunchCommand("x", List.of(), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_compile_step_that_cannot_work_is_refused() {
        var limit = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new LaunchCommand.Compile(List.of("cc"), limit))
                .hasMessageContaining("compile must begin with an absolute path: [cc]");
        assertThatThrownBy(() -> new LaunchCommand.Compile(List.of("{build}/cc"), limit))
                .hasMessageContaining("absolute");
        assertThatThrownBy(() -> new LaunchCommand.Compile(List.of("/cc"), Duration.ZERO))
                .hasMessageContaining("compile-timeout");
        assertThatThrownBy(() -> new LaunchCommand("x", List.of("{build}/x"), null))
                .hasMessageContaining("beside a compile step");
    }

    @Test
    void a_compiler_gets_the_source_and_the_images_environment_and_nothing_of_the_job() {
        var spec = C.spec(program(List.of("a"), Map.of("LANG", "C", "A", "b")), container());

        assertThat(spec.argv()).containsExactly("/tmp/build/program", "/tmp/work/main.c", "a");
        var compile = spec.compile();
        assertThat(compile).isNotNull();
        assertThat(compile.argv())
                .containsExactly("/usr/bin/cc", "-o/tmp/build/program", "/tmp/work/main.c");
        assertThat(compile.env())
                .isEqualTo(
                        Map.of("PATH", "/image/bin", "LANG", "de_DE.UTF-8", "HOME", "/tmp/work"));
    }

    @Test
    void a_runtime_is_launched_as_configured() {
        assertThat(LaunchCommand.of(SandboxHost.c()).compile()).isNotNull();
        assertThat(LaunchCommand.of(SandboxHost.pythonWith("i")).compile()).isNull();
    }

    @Test
    void the_message_is_laid_out_as_the_runner_reads_it() throws Exception {
        var spec =
                new RunnerSpec(
                        5,
                        Map.of(6, 49L),
                        List.of("/bin/é"),
                        Map.of("A", "1"),
                        List.of("x"),
                        new RunnerSpec.Compile(List.of("/cc", "-c"), Map.of("B", "2")),
                        new ArtifactRequest(List.of("*.ü"), 6, 7, 8, 9),
                        List.of("/tmp/work/x", ""));

        var in = new DataInputStream(new ByteArrayInputStream(spec.encode()));
        assertThat(in.readInt()).isEqualTo(in.available());
        assertThat(in.readShort()).isEqualTo((short) RunnerSpec.PROTOCOL);
        assertThat(in.readByte()).isEqualTo((byte) 2);
        assertThat(in.readLong()).isEqualTo(5);
        assertThat(in.readLong()).isEqualTo(5);
        assertThat(in.readInt()).isEqualTo(1);
        assertThat(in.readInt()).isEqualTo(6);
        assertThat(in.readLong()).isEqualTo(49);
        assertThat(strings(in)).containsExactly("/bin/é");
        assertThat(strings(in)).containsExactly("A=1");
        assertThat(strings(in)).containsExactly("x");
        assertThat(strings(in)).containsExactly("/cc", "-c");
        assertThat(strings(in)).containsExactly("B=2");
        assertThat(in.readLong()).isEqualTo(65_536);
        assertThat(strings(in)).containsExactly("*.ü");
        assertThat(in.readLong()).isEqualTo(6);
        assertThat(in.readLong()).isEqualTo(7);
        assertThat(in.readInt()).isEqualTo(8);
        assertThat(in.readInt()).isEqualTo(9);
        assertThat(in.readInt()).isEqualTo(10_000);
        assertThat(strings(in)).containsExactly("/tmp/work/x", "");
        assertThat(in.available()).isZero();
    }

    @Test
    void so_is_the_message_before_it() throws Exception {
        var preparation =
                new RunnerSpec.Preparation(
                        Map.of(6, 49L), List.of("/bin/x", "--ahead"), Map.of("A", "1"));
        var in = new DataInputStream(new ByteArrayInputStream(preparation.encode()));
        assertThat(in.readInt()).isEqualTo(in.available());
        assertThat(in.readShort()).isEqualTo((short) RunnerSpec.PROTOCOL);
        assertThat(in.readByte()).isEqualTo((byte) 1);
        assertThat(in.readInt()).isEqualTo(1);
        assertThat(in.readInt()).isEqualTo(6);
        assertThat(in.readLong()).isEqualTo(49);
        assertThat(strings(in)).containsExactly("/bin/x", "--ahead");
        assertThat(strings(in)).containsExactly("A=1");
        assertThat(in.available()).isZero();
    }

    private static List<String> strings(DataInputStream in) throws Exception {
        var strings = new ArrayList<String>();
        for (int left = in.readInt(); left > 0; left--) {
            strings.add(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        }
        return strings;
    }

    @Test
    void what_the_runner_cannot_take_is_refused_here() {
        assertThatThrownBy(
                        () ->
                                new RunnerSpec(
                                                0,
                                                Map.of(),
                                                List.of("a\0b"),
                                                Map.of(),
                                                List.of(),
                                                null,
                                                ArtifactRequest.NONE,
                                                List.of())
                                        .encode())
                .hasMessageContaining("NUL");
        assertThatThrownBy(
                        () ->
                                new RunnerSpec(
                                                0,
                                                Map.of(),
                                                List.of("/x", "a".repeat(17 << 20)),
                                                Map.of(),
                                                List.of(),
                                                null,
                                                ArtifactRequest.NONE,
                                                List.of())
                                        .encode())
                .hasMessageContaining("at most");
    }

    @Test
    void inputs_are_laid_out_for_others_to_read_and_leave_nothing_behind(@TempDir Path home)
            throws Exception {
        var input = InputDir.create(home.resolve("jobs"), "kiln-1");
        input.fill("main.py", new byte[] {1}, new byte[] {2}, List.of(file("d/e/f"), file("d/g")));

        assertThat(home.resolve("jobs/kiln-1/job/files/main.py")).hasBinaryContent(new byte[] {1});
        assertThat(home.resolve("jobs/kiln-1/job/stdin")).hasBinaryContent(new byte[] {2});
        assertThat(home.resolve("jobs/kiln-1/mnt")).isEmptyDirectory();
        input.fillContext(new Context.Inline(new byte[] {3}), ContextSource.NONE);
        assertThat(home.resolve("jobs/kiln-1/mnt/context")).hasBinaryContent(new byte[] {3});
        assertThat(Files.getPosixFilePermissions(home.resolve("jobs/kiln-1/mnt/context")))
                .hasSize(3);
        assertThat(home.resolve("jobs/kiln-1/job/files/d/e/f")).hasBinaryContent(new byte[] {7});
        assertThat(Files.getPosixFilePermissions(home.resolve("jobs"))).hasSize(3);
        assertThat(Files.getPosixFilePermissions(home.resolve("jobs/kiln-1/job/files/d")))
                .hasSize(7);
        Files.createSymbolicLink(home.resolve("jobs/kiln-1/job/files/link"), home);
        input.delete();
        assertThat(home.resolve("jobs")).isEmptyDirectory();
        input.delete();
    }

    @Test
    void files_in_each_others_way_are_refused(@TempDir Path home) throws Exception {
        var input = InputDir.create(home, "kiln-1");

        assertThatThrownBy(
                        () ->
                                input.fill(
                                        "m",
                                        new byte[0],
                                        new byte[0],
                                        List.of(file("a"), file("a/b"))))
                .isInstanceOf(java.io.IOException.class);
        assertThatThrownBy(() -> InputDir.create(home, "kiln-1"))
                .isInstanceOf(java.io.IOException.class);
    }

    private static Program program(List<String> args, Map<String, String> env, InputFile... files) {
        return new Program(
                "python", new byte[0], new byte[0], args, env, List.of(files), Needs.NOTHING);
    }

    private static InputFile file(String path) {
        return new InputFile(path, new byte[] {7});
    }

    private static ContainerSpec container() {
        return new ContainerSpec(
                "kiln-x",
                IMAGE,
                new ContainerRuntime("kiln-gvisor", true, "x", "systrap", 2),
                null,
                SandboxHost.LIMITS,
                Path.of("/r"),
                new InputDir(Path.of("/i")),
                Map.of());
    }
}
