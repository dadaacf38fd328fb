/** Sending on the topics that Kiln writes to. */
@NullMarked
package dev.kiln.topic;

import org.jspecify.annotations.NullMarked;
