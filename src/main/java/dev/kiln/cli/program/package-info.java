/** Programs as command lines name them. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.program;
