/** The way out by job id: the polled document and the output streams. */
@org.jspecify.annotations.NullMarked
package dev.kiln.poll;
