/** The workers, seen from outside: who there is, what each can run, and which jobs none can. */
@org.jspecify.annotations.NullMarked
package dev.kiln.fleet;
