/** Measures the queue alone: a Kiln of its own whose programs are scripted and cost nothing. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.bench.queue;
