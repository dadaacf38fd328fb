package dev.kiln.cli.bench;

import dev.kiln.cli.client.PolledJob;
import java.time.Duration;

/**
 * One job of a benchmark.
 *
 * @param seen from the moment before it was submitted until its end was seen by polling
 */
record Measured(PolledJob job, Duration seen) {}
