/**
 * A client of Kiln's HTTP API for programs in Java. Needs the JDK and Jackson, and knows nothing of
 * the server's code. The command line is built on it.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.client;
