/**
 * Kiln's HTTP API as its command line uses it. Knows the documents, and nothing of the server's
 * code.
 */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.client;
