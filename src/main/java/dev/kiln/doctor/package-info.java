/**
 * Attacks this host with hostile programs and says which guarantees held. Knows the sandbox as any
 * caller does: it runs programs and judges what comes of them.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.doctor;
