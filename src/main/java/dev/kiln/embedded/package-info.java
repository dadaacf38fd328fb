/**
 * Kiln on one machine: a Kafka broker, a PostgreSQL server and the Kiln server, started and stopped
 * together. Nothing here is needed, or present, where Kiln runs against servers of its own.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.embedded;
