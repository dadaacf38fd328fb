package dev.kiln.sandbox.host;

import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.docker.DockerSandbox;
import dev.kiln.sandbox.docker.PoolConfig;
import dev.kiln.sandbox.docker.SandboxConfig;
import dev.kiln.sandbox.scripted.ScriptedConfig;
import dev.kiln.sandbox.scripted.ScriptedLanguage;
import dev.kiln.sandbox.scripted.ScriptedSandbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Makes the sandbox when a process first needs one: a process without the worker's role never does.
 */
@ApplicationScoped
class SandboxBean {
    private static final Logger LOG = Logger.getLogger(SandboxBean.class);

    @Produces
    @ApplicationScoped
    Sandbox sandbox(
            SandboxConfig config,
            RuntimesConfig runtimes,
            ContextSource contexts,
            ScriptedConfig scripted,
            PoolConfig pool) {
        if (!scripted.scripted()) {
            return new DockerSandbox(config, runtimes, contexts, pool);
        }
        LOG.warn(
                "kiln.sandbox.scripted=true: programs of the language scripted are NOT RUN, their results are MADE UP. This is for measurements and tests alone.");
        var others = without(runtimes, ScriptedLanguage.NAME);
        return new LanguageRouter(
                Map.of(ScriptedLanguage.NAME, new ScriptedSandbox()),
                scripted.scriptedAlone()
                        ? new NoEngine(others.keySet())
                        : new DockerSandbox(config, () -> others, contexts, pool));
    }

    private static Map<String, RuntimesConfig.Runtime> without(
            RuntimesConfig runtimes, String language) {
        var others = new HashMap<>(runtimes.runtimes());
        others.remove(language);
        return others;
    }

    void close(@Disposes Sandbox sandbox) throws IOException {
        if (sandbox instanceof Closeable closeable) {
            closeable.close();
        }
    }
}
