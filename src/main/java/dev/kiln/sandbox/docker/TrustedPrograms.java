package dev.kiln.sandbox.docker;

import dev.kiln.job.JobId;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.sandbox.Interpreter;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Tag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Our own programs, which look at a sandbox from inside. */
final class TrustedPrograms {
    private static final String FILE = "main.py";

    private TrustedPrograms() {}

    /** How they are run: plain Python of the trusted image. */
    static RuntimesConfig.Runtime python(String image) {
        return new Interpreter(image, FILE, List.of("/usr/bin/python3", "-B", "{file}"));
    }

    /**
     * One of them.
     *
     * @param pids the limit it will find
     */
    static Program named(String resource, int pids) {
        try (var code = TrustedPrograms.class.getResourceAsStream("/probes/" + resource)) {
            if (code == null) {
                throw new IllegalStateException("Kiln lacks its program " + resource);
            }
            return new Program(
                    "probe",
                    code.readAllBytes(),
                    new byte[0],
                    List.of(),
                    Map.of("PIDS", Integer.toString(pids)),
                    List.of(),
                    Needs.NOTHING);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static Tag tag() {
        return new Tag("probe", JobId.next(Instant.now()), 1);
    }
}
