/**
 * What the wire documents have in common: field errors, and the JSON of an execution result.
 * Imports only the domain.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.wire;
