/**
 * The pages for people: what the queue, the workers and the jobs are doing, and one to try a job.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.dashboard;
