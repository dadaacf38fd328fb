/**
 * Both doors: what producers may submit, how it is read and refused, and the one admission behind
 * Kafka and HTTP.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.intake;
