/** What this process is there for, and the loops it runs for that. */
@org.jspecify.annotations.NullMarked
package dev.kiln.lifecycle;
