package dev.kiln.sandbox;

/**
 * What a sandbox has counted since its process began.
 *
 * @param waiting sandboxes that wait for jobs now
 * @param served jobs that got one of those
 * @param missed jobs for which one could have waited and none did
 * @param leaked containers that the last sweep found to be nobody's and could not remove
 * @param removed containers that were nobody's and were removed
 */
public record SandboxStatistics(int waiting, long served, long missed, int leaked, long removed) {
    /** Of a sandbox that has nothing to wait and nothing to leave behind. */
    public static final SandboxStatistics NOTHING = new SandboxStatistics(0, 0, 0, 0, 0);
}
