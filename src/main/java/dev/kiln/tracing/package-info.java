/** One trace of a job's way, from its submission to its event; docs/TRACING.md has the spans. */
@org.jspecify.annotations.NullMarked
package dev.kiln.tracing;
