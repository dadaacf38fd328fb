package dev.kiln.store;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.Compilation;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The compile step in a row of {@code execution_result}: all null where there was none. */
@Embeddable
class CompileColumns {
    @Column(name = "compile_exit_code")
    @Nullable Integer exitCode;

    @Column(name = "compile_ms")
    long durationMs;

    @Column(name = "compile_cpu_ms")
    @Nullable Long cpuMs;

    @Column(name = "compile_output")
    byte[] output;

    @Column(name = "compile_output_bytes")
    long outputBytes;

    Compilation toCompilation() {
        return new Compilation(
                exitCode,
                Duration.ofMillis(durationMs),
                cpuMs == null ? null : Duration.ofMillis(cpuMs),
                new CapturedStream(output, outputBytes));
    }
}
