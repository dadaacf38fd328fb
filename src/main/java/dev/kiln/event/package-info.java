/** The way out by event: what consumers are told when a job is done. */
@org.jspecify.annotations.NullMarked
package dev.kiln.event;
