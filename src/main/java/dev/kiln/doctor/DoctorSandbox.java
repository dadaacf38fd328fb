package dev.kiln.doctor;

import dev.kiln.sandbox.Interpreter;
import dev.kiln.sandbox.docker.DockerSandbox;
import dev.kiln.sandbox.docker.SandboxConfig;
import java.util.List;
import java.util.Map;

/** The sandbox as the doctor attacks it. */
public final class DoctorSandbox {
    /** The one runtime that it knows. */
    static final String RUNTIME = "doctor";

    private DoctorSandbox() {}

    /**
     * As workers of this host run it, but with one runtime: the trusted image's Python, without the
     * guard that keeps honest programs from mistakes, since an attacker finds a way around that.
     */
    public static DockerSandbox open(SandboxConfig config) {
        var python =
                new Interpreter(
                        config.probeImage(),
                        "main.py",
                        List.of("/usr/bin/python3", "-B", "{file}"));
        return new DockerSandbox(config, () -> Map.of(RUNTIME, python));
    }
}
