/** What the kernel knows of this host: processor time and memory by process and by cgroup. */
@org.jspecify.annotations.NullMarked
package dev.kiln.bench.host;
