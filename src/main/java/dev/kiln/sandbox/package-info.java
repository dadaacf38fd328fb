/** The port to whatever runs a program in isolation. */
@org.jspecify.annotations.NullMarked
package dev.kiln.sandbox;
