package dev.kiln.bench.docker;

import com.github.dockerjava.api.model.HostConfig;

/**
 * The Docker sandbox as people write it: no network, limits of memory, processor and processes,
 * start, wait, logs, remove.
 */
public record Oneshot(BenchEngine engine) implements Baseline {

    private static final long MEMORY_BYTES = 512L << 20;
    private static final long NANO_CPUS = 1_000_000_000L;

    /** gVisor's own threads count too: with the 50 that people write for runc it dies. */
    private static final long PIDS = 256;

    @Override
    public String name() {
        return "docker-oneshot";
    }

    @Override
    public String run(ContainerProgram program) throws InterruptedException {
        String id =
                engine.create(
                        program,
                        create ->
                                create.withHostConfig(
                                        HostConfig.newHostConfig()
                                                .withRuntime(engine.runtime())
                                                .withNetworkMode("none")
                                                .withMemory(MEMORY_BYTES)
                                                .withNanoCPUs(NANO_CPUS)
                                                .withPidsLimit(PIDS)));
        try {
            engine.start(id);
            engine.awaitEnd(id);
            return engine.logs(id);
        } finally {
            engine.remove(id);
        }
    }
}
