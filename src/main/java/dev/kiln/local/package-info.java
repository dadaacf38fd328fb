/** Use without a queue: programs run here and now in this host's sandbox, for Java callers. */
@NullMarked
package dev.kiln.local;

import org.jspecify.annotations.NullMarked;
