/** What Kiln is measured against: Docker containers without Kiln, on the same engine. */
@org.jspecify.annotations.NullMarked
package dev.kiln.bench.docker;
