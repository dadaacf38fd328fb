/** The key that commands send. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.access;
