package dev.kiln.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Compilation;
import dev.kiln.job.ResultSummary;
import org.jspecify.annotations.Nullable;

/** The JSON of a result's compile step; null where there was none. */
final class CompileJson {
    private static final String OUTPUT = "output";

    private CompileJson() {}

    /** Everything, as {@link ResultJson#full} has it of the program. */
    static @Nullable ObjectNode full(@Nullable Compilation compilation) {
        var summary = ResultSummary.Compile.of(compilation);
        ObjectNode json = summary(summary);
        if (json != null && compilation != null && summary != null) {
            json.put(OUTPUT, compilation.output().text());
            ResultJson.putBytes(json, OUTPUT, compilation.output(), summary.output().utf8());
        }
        return json;
    }

    /** Everything but the output itself. */
    static @Nullable ObjectNode summary(ResultSummary.@Nullable Compile compilation) {
        if (compilation == null) {
            return null;
        }
        var json = WireJson.object();
        json.put("exit_code", compilation.exitCode());
        json.put("duration_ms", compilation.wall().toMillis());
        json.put("cpu_ms", ResultJson.millis(compilation.cpu()));
        ResultJson.putStream(json, OUTPUT, compilation.output());
        return json;
    }
}
