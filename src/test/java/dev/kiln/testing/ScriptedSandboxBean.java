package dev.kiln.testing;

import dev.kiln.sandbox.ScriptedSandbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts the scripted sandbox in place of the real one, in the profiles that enable it. */
@Alternative
@ApplicationScoped
public class ScriptedSandboxBean {
    @Produces
    @Singleton
    ScriptedSandbox sandbox() {
        return new ScriptedSandbox();
    }
}
