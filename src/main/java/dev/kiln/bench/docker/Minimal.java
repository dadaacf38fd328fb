package dev.kiln.bench.docker;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import java.util.List;

/**
 * The least that the engine can be asked for one container: no network set-up, no log, no limits,
 * and no call but create, attach, start and remove. The end of the attached stream is the end of
 * the program. No system call profile either: as Kiln, which leaves that to gVisor; with Docker's
 * Node.js could start no thread.
 */
public record Minimal(BenchEngine engine) implements Baseline {

    @Override
    public String name() {
        return "docker-minimal";
    }

    @Override
    public String run(ContainerProgram program) throws InterruptedException {
        String id =
                engine.create(
                        program,
                        create ->
                                create.withNetworkDisabled(true)
                                        .withAttachStdout(true)
                                        .withHostConfig(
                                                HostConfig.newHostConfig()
                                                        .withRuntime(engine.runtime())
                                                        .withSecurityOpts(
                                                                List.of("seccomp=unconfined"))
                                                        .withLogConfig(
                                                                new LogConfig(
                                                                        LogConfig.LoggingType
                                                                                .NONE))));
        try (var output = engine.attach(id)) {
            engine.start(id);
            return output.toEnd();
        } finally {
            engine.remove(id);
        }
    }
}
