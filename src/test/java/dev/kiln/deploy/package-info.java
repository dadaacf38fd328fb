/** Holds deploy/ to what the documentation promises of it. */
@org.jspecify.annotations.NullMarked
package dev.kiln.deploy;
