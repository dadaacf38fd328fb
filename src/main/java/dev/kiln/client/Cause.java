package dev.kiln.client;

/** Why a program ended. */
public enum Cause {
    /** By itself, with an exit code. */
    EXITED,
    /** By a signal of its own making. */
    SIGNALLED,
    /** Its time was up. */
    TIMED_OUT,
    /** It wanted more memory than it may have. */
    OUT_OF_MEMORY,
    /** It wanted more processes than it may have. */
    PROCESS_LIMIT,
    /** It was not run, since it could not be compiled. */
    COMPILE_FAILED,
    /** Its job was cancelled while it ran. */
    CANCELLED,
    /** One that this client does not know: the server is newer. */
    UNKNOWN
}
