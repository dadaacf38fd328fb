package dev.kiln.bench.host;

/** Who uses processor time on a host that runs jobs. */
public enum Part {
    /** The sandboxes: gVisor's kernels and file servers, and the programs in them. */
    SANDBOXES,
    /** What shims run: runsc's commands, up to the sandbox's end. */
    RUNSC_COMMANDS,
    /** The shims, one a container. */
    SHIMS,
    /** dockerd, containerd, and the commands that they wait for. */
    ENGINE,
    /** The Kiln server. */
    SERVER,
    /** The broker. */
    KAFKA,
    /** The database server. */
    POSTGRES,
    /** The benchmark itself. */
    CLIENT
}
