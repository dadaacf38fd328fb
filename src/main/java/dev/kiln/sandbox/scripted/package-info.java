/**
 * A sandbox that runs nothing: short scripts say what becomes of a program. For load and faults in
 * volume.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.sandbox.scripted;
