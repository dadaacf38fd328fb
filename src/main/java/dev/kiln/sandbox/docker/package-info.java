/**
 * The sandbox in earnest: one gVisor container for one program, through the Docker Engine of this
 * host.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.sandbox.docker;
