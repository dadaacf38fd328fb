/** What is removed when its time is over: jobs that have ended, then the memory of their ids. */
@org.jspecify.annotations.NullMarked
package dev.kiln.retention;
