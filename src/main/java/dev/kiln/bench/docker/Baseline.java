package dev.kiln.bench.docker;

/** A way to run one program in a gVisor container with nothing but Docker. */
public sealed interface Baseline permits Oneshot, Minimal {

    /** What reports call it. */
    String name();

    /**
     * Runs the program in a container of its own, which is gone when this returns, and gives what
     * it wrote to standard output.
     *
     * @throws BaselineException when the engine does not do as it should
     */
    String run(ContainerProgram program) throws InterruptedException;
}
