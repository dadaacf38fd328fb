/** Measures a Kiln from outside. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.bench;
