/** The example batch, from Kafka topic to result table. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.demo;
