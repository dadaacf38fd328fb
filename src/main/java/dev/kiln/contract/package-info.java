/** The contracts as the server publishes them: JSON Schemas, and what its topics carry. */
@NullMarked
package dev.kiln.contract;

import org.jspecify.annotations.NullMarked;
