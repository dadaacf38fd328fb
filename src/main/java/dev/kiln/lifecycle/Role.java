package dev.kiln.lifecycle;

/** A part of Kiln that a process can play; all by default, fewer on a hardened site. */
public enum Role {
    /** Answers HTTP requests. */
    API,
    /** Takes submissions from the topic. */
    INTAKE,
    /** Claims jobs and runs them. */
    WORKER,
    /** Publishes completion events. */
    RELAY
}
