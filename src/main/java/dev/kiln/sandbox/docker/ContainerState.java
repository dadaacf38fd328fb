package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;

/**
 * A container as the engine sees it.
 *
 * @param running whether it runs
 * @param pid of its first process on the host; 0 when it does not run
 * @param oomKilled whether the engine was told of an out-of-memory kill in it
 * @param exitCode of its first process, that is of the sandbox, not of the program
 */
record ContainerState(boolean running, long pid, boolean oomKilled, long exitCode) {
    static ContainerState of(InspectContainerResponse.ContainerState state) {
        return new ContainerState(
                Boolean.TRUE.equals(state.getRunning()),
                state.getPidLong() == null ? 0 : state.getPidLong(),
                Boolean.TRUE.equals(state.getOOMKilled()),
                state.getExitCodeLong() == null ? 0 : state.getExitCodeLong());
    }
}
