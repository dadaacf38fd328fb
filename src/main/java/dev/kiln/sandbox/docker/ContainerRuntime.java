package dev.kiln.sandbox.docker;

/**
 * The container runtime that this host runs programs with.
 *
 * @param name as registered with the engine
 * @param gvisor whether it is gVisor; else a runtime that shares the host's kernel
 * @param version as the runtime prints it, or {@code unknown}
 * @param platform gVisor's way of catching system calls ({@code systrap}, {@code ptrace}, {@code
 *     kvm}); empty for others
 * @param hostCpus processors of the host
 */
record ContainerRuntime(
        String name, boolean gvisor, String version, String platform, int hostCpus) {
    /** The program {@code runsc} or {@code runc}, whatever it is registered as. */
    String program() {
        return gvisor ? "runsc" : "runc";
    }

    /**
     * The limit of the pids cgroup for a program that may have so many processes.
     *
     * <p>Under gVisor that cgroup counts the threads of gVisor itself, which dies when it meets the
     * limit; the program's own limit is its nproc rlimit, and this is a backstop far enough above
     * it. Measured under systrap: 16, 32 and 64 processes live with 64, 96 and 160, die with 48, 80
     * and 128; under ptrace 50 processes died with 250 and lived with 600. Elsewhere the cgroup is
     * the limit itself, and the runner needs one more.
     */
    long pidsCgroup(int processes) {
        if (!gvisor) {
            return processes + 1L;
        }
        return platform.equals("systrap")
                ? 64 + processes * (hostCpus + 1L)
                : 128 + processes * Math.max(12L, hostCpus + 1L);
    }
}
