package dev.kiln.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Artifact;
import dev.kiln.job.Artifacts;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Omission;
import dev.kiln.job.Provenance;
import dev.kiln.job.ResultSummary;
import dev.kiln.job.StreamSummary;
import dev.kiln.job.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The JSON of an execution result. */
public final class ResultJson {
    private ResultJson() {}

    /**
     * Everything, the output as text; output that is no UTF-8 follows once more as base64, without
     * loss. Output that is in an object store is null, and said to be there: whether a verdict can
     * be told must not depend on that store.
     */
    public static ObjectNode full(ExecutionResult result) {
        var json = WireJson.object();
        json.put("stdout", text(result.stdout()));
        json.put("stderr", text(result.stderr()));
        var summary = ResultSummary.of(result);
        putVerdict(json, summary);
        putStream(json, "stdout", summary.stdout());
        putBytes(json, "stdout", result.stdout(), summary.stdout().utf8());
        json.put("stdout_stored", result.stdout().elsewhere() != null);
        putStream(json, "stderr", summary.stderr());
        putBytes(json, "stderr", result.stderr(), summary.stderr().utf8());
        json.put("stderr_stored", result.stderr().elsewhere() != null);
        json.set("compile", CompileJson.full(result.compile()));
        putArtifacts(json, result.artifacts());
        json.put("start_ms", millis(result.startup()));
        putCircumstances(json, summary);
        return json;
    }

    private static @Nullable String text(CapturedStream stream) {
        return stream.elsewhere() == null ? stream.text() : null;
    }

    /**
     * Everything but the output itself: two full streams exceed what a broker takes as one record.
     */
    public static ObjectNode summary(ResultSummary result) {
        var json = WireJson.object();
        putVerdict(json, result);
        putStream(json, "stdout", result.stdout());
        putStream(json, "stderr", result.stderr());
        json.set("compile", CompileJson.summary(result.compile()));
        // Not their names, of which there may be too many for a record.
        json.put("artifacts_count", result.artifacts());
        json.put("artifacts_omitted_count", result.artifactsOmitted());
        putCircumstances(json, result);
        return json;
    }

    private static void putArtifacts(ObjectNode json, Artifacts artifacts) {
        json.set("artifacts", kept(artifacts));
        var omitted = json.putArray("artifacts_omitted");
        for (Omission each : artifacts.omitted()) {
            omitted.addObject().put("path", each.path()).put("reason", each.reason().wireName());
        }
        json.put("artifacts_omitted_count", artifacts.omittedCount());
    }

    /** The files that were kept, without their contents. */
    public static ArrayNode kept(Artifacts artifacts) {
        var list = WireJson.object().arrayNode();
        for (Artifact each : artifacts.files()) {
            list.addObject()
                    .put("path", each.path())
                    .put("bytes", each.bytes())
                    .put("sha256", each.sha256());
        }
        return list;
    }

    private static void putVerdict(ObjectNode json, ResultSummary result) {
        json.put("exit_code", result.exitCode());
        json.put("timed_out", result.timedOut());
        json.put("oom_killed", result.oomKilled());
        json.put("success", result.success());
        json.put("termination", result.termination().wireName());
        json.put("signal", result.signal());
        Usage usage = result.usage();
        json.put("duration_ms", usage.wall().toMillis());
        json.put("cpu_ms", millis(usage.cpu()));
        json.put("peak_memory_bytes", usage.peakMemoryBytes());
    }

    static void putStream(ObjectNode json, String name, StreamSummary stream) {
        json.put(name + "_bytes", stream.produced());
        json.put(name + "_truncated", stream.truncated());
        json.put(name + "_utf8", stream.utf8());
    }

    static void putBytes(ObjectNode json, String name, CapturedStream stream, boolean utf8) {
        if (!utf8 && stream.elsewhere() == null) {
            json.put(name + "_base64", Base64.getEncoder().encodeToString(stream.kept()));
        }
    }

    private static void putCircumstances(ObjectNode json, ResultSummary result) {
        json.set("evidence", evidence(result.evidence()));
        Provenance provenance = result.provenance();
        json.set(
                "limits", limits(provenance.limits()).put("network_enabled", provenance.network()));
        json.putObject("runtime")
                .put("name", provenance.runtime())
                .put("version", provenance.runtimeVersion());
        json.put("image", provenance.image());
    }

    private static ObjectNode evidence(Evidence evidence) {
        return WireJson.object()
                .put("limit", evidence.limit())
                .put("limit_value", evidence.limitValue())
                .put("reached", evidence.reached())
                .put("killed_by", evidence.killedBy())
                .put("source", evidence.source());
    }

    private static ObjectNode limits(Limits limits) {
        return WireJson.object()
                .put("timeout", seconds(limits.wall()))
                .put("memory_limit", limits.memoryBytes())
                .put("cpu_limit", limits.cpus())
                .put("pids_limit", limits.pids())
                .put("output_limit", limits.outputBytes())
                .put("disk_limit", limits.diskBytes());
    }

    /** Whole seconds without a fraction, others with as many digits as they need: 30, 0.5. */
    private static BigDecimal seconds(Duration duration) {
        var seconds = BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros();
        return seconds.scale() < 0 ? seconds.setScale(0) : seconds;
    }

    static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
