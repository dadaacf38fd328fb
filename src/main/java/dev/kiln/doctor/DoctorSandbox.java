package dev.kiln.doctor;

import dev.kiln.sandbox.RuntimesConfig;
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
        return new DockerSandbox(config, () -> Map.of(RUNTIME, new Python(config.probeImage())));
    }

    private record Python(String image) implements RuntimesConfig.Runtime {
        @Override
        public String file() {
            return "main.py";
        }

        @Override
        public List<String> command() {
            return List.of("/usr/bin/python3", "-B", "{file}");
        }
    }
}
