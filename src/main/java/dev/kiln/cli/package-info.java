/** The command line: what people type, and what their scripts read. Boots no Quarkus. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli;
