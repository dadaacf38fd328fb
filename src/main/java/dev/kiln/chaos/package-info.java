/**
 * Harms a Kiln of real processes while it works, after a plan that a seed decides, and then looks
 * whether every promise was kept.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.chaos;
