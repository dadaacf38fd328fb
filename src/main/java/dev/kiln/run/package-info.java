/**
 * The worker: takes as many jobs as it has free slots, runs each in its sandbox, and says what came
 * of it.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.run;
