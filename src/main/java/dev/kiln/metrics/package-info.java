/** What this process counts for Prometheus; docs/METRICS.md has the list. */
@org.jspecify.annotations.NullMarked
package dev.kiln.metrics;
