package dev.kiln.job;

/**
 * Where a result came from.
 *
 * @param runtime the container runtime's name, {@code runsc} or {@code runc}
 * @param runtimeVersion as that runtime prints it
 * @param image the digest of the image that ran
 * @param limits the limits in force
 * @param network whether the program could reach outside its sandbox
 */
public record Provenance(
        String runtime, String runtimeVersion, String image, Limits limits, boolean network) {}
