/** Leases: who holds which, keeping them, losing them, and taking back those of the dead. */
@org.jspecify.annotations.NullMarked
package dev.kiln.claim;
