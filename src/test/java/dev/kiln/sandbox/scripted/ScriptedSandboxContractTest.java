package dev.kiln.sandbox.scripted;

import static org.awaitility.Awaitility.await;

import dev.kiln.job.Program;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxContract;
import java.util.List;

/** The contract, kept by scripts. */
class ScriptedSandboxContractTest extends SandboxContract {
    private final ScriptedSandbox sandbox = new ScriptedSandbox();

    @Override
    protected Sandbox sandbox() {
        return sandbox;
    }

    @Override
    protected Program exits(int code, String out, String err) {
        return script("print %s\nprint-error %s\nexit %d".formatted(out, err, code));
    }

    @Override
    protected Program signalled(int number) {
        return script("signal " + number);
    }

    @Override
    protected Program writes(int bytes) {
        return script("fill " + bytes);
    }

    @Override
    protected Program endless(String line) {
        return script("print %s\nuntil-stopped".formatted(line));
    }

    @Override
    protected Program hungry() {
        return script("out-of-memory");
    }

    @Override
    protected Program failing() {
        return script("fault sandbox the sentry crashed");
    }

    @Override
    protected Program impossible() {
        return script("fault host the engine is gone");
    }

    @Override
    protected void awaitLine(Thread runner) {
        await().until(() -> runner.getState() == Thread.State.TIMED_WAITING);
    }

    private static Program script(String code) {
        return program("scripted", code, List.of());
    }
}
