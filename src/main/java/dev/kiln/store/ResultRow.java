package dev.kiln.store;

import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Provenance;
import dev.kiln.job.Termination;
import dev.kiln.job.Usage;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code execution_result}, for reading: {@link Finish} writes it, once. */
@Entity(name = "ExecutionResult")
@Immutable
@Table(name = "execution_result")
class ResultRow extends PanacheEntityBase {
    @Id
    @Column(name = "job_id")
    UUID jobId;

    @Column long epoch;
    @Column String termination;

    @Column(name = "exit_code")
    @Nullable Integer exitCode;

    @Column(name = "timed_out")
    boolean timedOut;

    @Column(name = "oom_killed")
    boolean oomKilled;

    @Column boolean success;
    @Column @Nullable Integer signal;
    @Column byte[] stdout;
    @Column byte[] stderr;

    @Column(name = "stdout_bytes")
    long stdoutBytes;

    @Column(name = "stderr_bytes")
    long stderrBytes;

    @Embedded @Nullable CompileColumns compile;

    @Column(name = "duration_ms")
    long durationMs;

    @Column(name = "cpu_ms")
    @Nullable Long cpuMs;

    @Column(name = "peak_memory_bytes")
    @Nullable Long peakMemoryBytes;

    @Column(name = "limit_name")
    @Nullable String limitName;

    @Column(name = "limit_value")
    @Nullable Long limitValue;

    @Column(name = "limit_reached")
    @Nullable Long limitReached;

    @Column(name = "killed_by")
    @Nullable String killedBy;

    @Column(name = "evidence_source")
    @Nullable String evidenceSource;

    @Column(name = "timeout_ms")
    long timeoutMs;

    @Column(name = "memory_limit")
    long memoryLimit;

    @Column(name = "cpu_limit")
    double cpuLimit;

    @Column(name = "pids_limit")
    int pidsLimit;

    @Column(name = "output_limit")
    long outputLimit;

    @Column(name = "disk_limit")
    long diskLimit;

    @Column boolean network;
    @Column String runtime;

    @Column(name = "runtime_version")
    String runtimeVersion;

    @Column String image;
    @Column String worker;

    /** {@link ArtifactsJson}. */
    @Column byte @Nullable [] artifacts;

    @Column(name = "start_ms")
    @Nullable Long startMs;

    /** {@link ObjectsJson}. */
    @Column byte @Nullable [] objects;

    ExecutionResult toResult() {
        var limits =
                new Limits(
                        Duration.ofMillis(timeoutMs),
                        memoryLimit,
                        cpuLimit,
                        pidsLimit,
                        outputLimit,
                        diskLimit);
        var stored = ObjectsJson.ofBytes(objects);
        return new ExecutionResult(
                Termination.ofWireName(termination),
                exitCode,
                signal,
                ObjectsJson.stream(stored.stdout(), stdout, stdoutBytes),
                ObjectsJson.stream(stored.stderr(), stderr, stderrBytes),
                compile == null ? null : compile.toCompilation(),
                new Usage(
                        Duration.ofMillis(durationMs),
                        cpuMs == null ? null : Duration.ofMillis(cpuMs),
                        peakMemoryBytes),
                new Evidence(limitName, limitValue, limitReached, killedBy, evidenceSource),
                new Provenance(runtime, runtimeVersion, image, limits, network),
                ArtifactsJson.ofBytes(artifacts),
                startMs == null ? null : Duration.ofMillis(startMs));
    }
}
