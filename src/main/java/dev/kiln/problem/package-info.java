/**
 * Every error that HTTP answers with is a problem document (RFC 9457); this is where they are made.
 * Imports nothing of Kiln.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.problem;
