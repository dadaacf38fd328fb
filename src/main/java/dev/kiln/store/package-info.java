/**
 * Postgres: the schedule, the results and the outbox. The only package that sees persistence.
 * Set-based statements that the queue lives on are SQL; single rows are Panache entities. Both
 * share one transaction.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.store;
