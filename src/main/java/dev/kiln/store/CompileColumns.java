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

    static @Nullable CompileColumns of(@Nullable Compilation compilation) {
        if (compilation == null) {
            return null;
        }
        var columns = new CompileColumns();
        columns.exitCode = compilation.exitCode();
        columns.durationMs = compilation.wall().toMillis();
        columns.cpuMs = compilation.cpu() == null ? null : compilation.cpu().toMillis();
        columns.output = compilation.output().kept();
        columns.outputBytes = compilation.output().produced();
        return columns;
    }

    Compilation toCompilation() {
        return new Compilation(
                exitCode,
                Duration.ofMillis(durationMs),
                cpuMs == null ? null : Duration.ofMillis(cpuMs),
                new CapturedStream(output, outputBytes));
    }
}
