/** Kiln's queue beside other job queues, on the same Postgres. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.bench.peers;
