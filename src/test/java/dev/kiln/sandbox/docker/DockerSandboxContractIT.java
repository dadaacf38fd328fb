package dev.kiln.sandbox.docker;

import dev.kiln.job.Program;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, kept by real containers under gVisor. */
class DockerSandboxContractIT extends SandboxContract {
    private static Path home;
    private static DockerSandbox sandbox;

    @BeforeAll
    static void open() {
        home = SandboxHost.makeHome();
        sandbox =
                new DockerSandbox(
                        new SandboxHost.Settings(SandboxConfig.Isolation.AUTO, home),
                        SandboxHost.runtimes(
                                Map.of(
                                        "sh", SandboxHost.shellWith(SandboxHost.IMAGE),
                                        "python", SandboxHost.pythonWith(SandboxHost.IMAGE),
                                        "none", SandboxHost.shellWith("kiln/none:latest"))));
    }

    @AfterAll
    static void close() throws Exception {
        sandbox.close();
        SandboxHomes.delete(home);
    }

    @Override
    protected Sandbox sandbox() {
        return sandbox;
    }

    @Override
    protected Program exits(int code, String out, String err) {
        return shell("echo %s; echo %s >&2; exit %d".formatted(out, err, code));
    }

    @Override
    protected Program signalled(int number) {
        return shell("kill -%d $$".formatted(number));
    }

    @Override
    protected Program writes(int bytes) {
        return shell("head -c %d /dev/zero".formatted(bytes));
    }

    @Override
    protected Program endless(String line) {
        return shell("echo %s; while :; do :; done".formatted(line));
    }

    @Override
    protected Program hungry() {
        return program("python", "x = bytearray(b'x') * (1 << 30)", List.of());
    }

    @Override
    protected Program failing() {
        return program("sh", "", List.of("x".repeat(200_000)));
    }

    @Override
    protected Program impossible() {
        return program("none", "exit 0", List.of());
    }

    @Override
    protected void awaitLine(Thread runner) {
        new DockerCli(home).awaitBusy();
    }

    private static Program shell(String code) {
        return program("sh", code, List.of());
    }
}
