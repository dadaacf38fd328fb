package dev.kiln.cli;

/** Documents as a Kiln answers with them. */
final class Documents {

    private Documents() {}

    static String job(String id, String state) {
        return """
               {"id": "%s", "state": "%s", "submitted_at": "2026-01-02T03:04:05Z", "started_at": null,
                "finished_at": null, "attempt": 0, "worker": null, "reason": null, "waiting_for": null, "rerun_of": null, "result": null}
               """
                .formatted(id, state);
    }

    static String without(String id, String state, String reason) {
        return """
               {"id": "%s", "state": "%s", "submitted_at": "2026-01-02T03:04:05Z", "started_at": null,
                "finished_at": "2026-01-02T03:04:06Z", "attempt": 3, "worker": null, "reason": "%s", "waiting_for": null, "rerun_of": null, "result": null}
               """
                .formatted(id, state, reason);
    }

    static String finished(String id, int exitCode, String stdout, String stderr) {
        return finished(id, "exited", String.valueOf(exitCode), exitCode == 0, stdout, stderr);
    }

    static String timedOut(String id) {
        return finished(id, "timed_out", "null", false, "", "");
    }

    static String notCompiled(String id, String output, boolean cut) {
        return finished(id, "compile_failed", "null", false, "", "")
                .replace(
                        "\"result\": {",
                        "\"result\": {\"compile\": {\"output\": \"%s\", \"output_bytes\": 99999, \"output_truncated\": %s}, "
                                .formatted(output, cut));
    }

    private static String finished(
            String id,
            String termination,
            String exitCode,
            boolean success,
            String stdout,
            String stderr) {
        return """
               {"id": "%s", "state": "FINISHED", "submitted_at": "2026-01-02T03:04:05Z",
                "started_at": "2026-01-02T03:04:05.5Z", "finished_at": "2026-01-02T03:04:06Z", "attempt": 1,
                "worker": "w", "reason": null, "waiting_for": null, "rerun_of": null,
                "result": {"stdout": "%s", "stderr": "%s", "exit_code": %s, "success": %s, "termination": "%s",
                           "timed_out": false, "oom_killed": false, "duration_ms": 41, "stdout_truncated": false,
                           "runtime": {"name": "runsc", "version": "1"}}}
               """
                .formatted(id, stdout, stderr, exitCode, success, termination);
    }
}
