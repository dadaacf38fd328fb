package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Sandbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.io.Closeable;
import java.io.IOException;

/**
 * Makes the sandbox when a process first needs one: a process without the worker's role never does.
 */
@ApplicationScoped
class SandboxBean {
    @Produces
    @ApplicationScoped
    Sandbox sandbox(SandboxConfig config, RuntimesConfig runtimes, ContextSource contexts) {
        return new DockerSandbox(config, runtimes, contexts);
    }

    void close(@Disposes Sandbox sandbox) throws IOException {
        if (sandbox instanceof Closeable closeable) {
            closeable.close();
        }
    }
}
