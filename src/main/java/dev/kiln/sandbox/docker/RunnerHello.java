package dev.kiln.sandbox.docker;

/**
 * What the runner says of where it finds itself.
 *
 * @param kernelRelease as {@code uname -r} prints it inside
 * @param kernelLog the first line of the kernel log inside; empty where reading it is refused
 */
record RunnerHello(String kernelRelease, String kernelLog) {}
