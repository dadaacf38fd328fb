package dev.kiln.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run used.
 *
 * @param wall from the runner's "started" to the program's end
 * @param cpu user and system time of the program and its children, where known
 * @param peakMemoryBytes the highest charge of the sandbox's cgroup, which is what the memory limit
 *     applies to; null where the host could not read it before the cgroup was gone
 */
public record Usage(Duration wall, @Nullable Duration cpu, @Nullable Long peakMemoryBytes) {}
