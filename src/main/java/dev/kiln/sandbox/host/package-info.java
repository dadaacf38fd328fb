/** Chooses what this host runs programs with. */
@org.jspecify.annotations.NullMarked
package dev.kiln.sandbox.host;
