package dev.kiln.testing;

import java.util.Map;

/** Kiln with real servers and all its roles, but a sandbox that follows a script. */
public class ScriptedProfile extends StoreProfile {
    /** How many jobs run at once. */
    public static final int SLOTS = 3;

    /** What they may have together: enough for the usual ones. */
    public static final long MEMORY_BUDGET = 2L << 30;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "kiln.worker.slots", String.valueOf(SLOTS),
                "kiln.worker.memory-budget", String.valueOf(MEMORY_BUDGET),
                "kiln.worker.probe", "100ms",
                "kiln.claim.backoff", "10ms",
                "kiln.claim.max-backoff", "50ms",
                "kiln.claim.sweep", "200ms",
                "kiln.live.sweep", "1h");
    }
}
