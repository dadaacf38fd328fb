/** Whom connections to other servers trust. Imports nothing of Kiln. */
@org.jspecify.annotations.NullMarked
package dev.kiln.tls;
