/** Commands that use this host's sandbox here and now, without a server. */
@org.jspecify.annotations.NullMarked
package dev.kiln.cli.local;
