/** How Kiln's log is written, and its line for each change of a job; docs/LOGS.md has the keys. */
@org.jspecify.annotations.NullMarked
package dev.kiln.log;
