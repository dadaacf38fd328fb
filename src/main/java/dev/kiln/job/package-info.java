/**
 * The domain: what a job is, the states it can be in, and what running it can result in. Imports
 * nothing of Kiln.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.job;
