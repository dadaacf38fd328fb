package dev.kiln.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Kiln with real servers, in which nothing happens by itself: no worker, no relay, no sweep. */
public class StoreProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "kiln.roles", "api",
                "kiln.claim.sweep", "1h",
                "kiln.claim.turns", "1h",
                "kiln.poll.look", "1h",
                "kiln.poll.streams", "8");
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(ScriptedSandboxBean.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Servers.class));
    }
}
