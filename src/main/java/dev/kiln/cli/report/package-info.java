/** Jobs told to people. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.report;
