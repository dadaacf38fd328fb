package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.wire.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads how the program is called: its arguments and its environment. */
final class InvocationReader {
    private static final int MAX_ARGS = 1_000;
    private static final int MAX_ENV = 256;
    private static final int MAX_NAME = 128;

    /**
     * Well below what Linux takes: 128 KiB a string, arguments and environment together a quarter
     * of the stack.
     */
    private static final int MAX_BYTES = 64 * 1024;

    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private InvocationReader() {}

    static List<String> args(Fields job) {
        JsonNode list = job.get("args");
        if (list == null) {
            return List.of();
        }
        if (!list.isArray()) {
            job.error("args", "must be an array of strings, is " + Fields.kind(list));
            return List.of();
        }
        if (list.size() > MAX_ARGS) {
            job.error("args", "has %d arguments, the limit is %d".formatted(list.size(), MAX_ARGS));
            return List.of();
        }
        var args = new ArrayList<String>();
        for (int i = 0; i < list.size(); i++) {
            String at = FieldError.child(job.pointer("args"), Integer.toString(i));
            if (isTextWithoutNul(list.get(i), at, job.errors())) {
                args.add(list.get(i).textValue());
            }
        }
        refuseOversize(job, "args", args.stream().mapToLong(InvocationReader::bytes).sum());
        return args;
    }

    static Map<String, String> env(Fields job) {
        JsonNode object = job.get("env");
        if (object == null) {
            return Map.of();
        }
        Fields.of(object, job.pointer("env"), job.errors());
        if (object.size() > MAX_ENV) {
            job.error("env", "has %d variables, the limit is %d".formatted(object.size(), MAX_ENV));
            return Map.of();
        }
        var env = new LinkedHashMap<String, String>();
        for (var variable : object.properties()) {
            String name = variable.getKey();
            String at = FieldError.child(job.pointer("env"), name);
            if (name.length() > MAX_NAME || !ENV_NAME.matcher(name).matches()) {
                job.errors()
                        .add(
                                at,
                                "is no name of a variable: use letters, digits and _, no digit first, at most "
                                        + MAX_NAME);
            } else if (isTextWithoutNul(variable.getValue(), at, job.errors())) {
                env.put(name, variable.getValue().textValue());
            }
        }
        long total =
                env.entrySet().stream()
                        .mapToLong(e -> bytes(e.getKey()) + bytes(e.getValue()))
                        .sum();
        refuseOversize(job, "env", total);
        return env;
    }

    private static boolean isTextWithoutNul(JsonNode value, String at, Errors errors) {
        if (!value.isTextual()) {
            errors.add(at, "must be a string, is " + Fields.kind(value));
            return false;
        }
        if (value.textValue().indexOf('\0') >= 0) {
            errors.add(at, "holds a NUL, which ends a string for the kernel: use stdin or a file");
            return false;
        }
        return true;
    }

    private static void refuseOversize(Fields job, String name, long total) {
        if (total > MAX_BYTES) {
            job.error(
                    name,
                    "has %d bytes, the limit is %d: use stdin or a file"
                            .formatted(total, MAX_BYTES));
        }
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
