/** Text for people: tables, progress, and output of programs that nobody trusts. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.terminal;
