package dev.kiln.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** As {@link ScriptedProfile}, with a real object store for what is over 1000 bytes. */
public class ObjectStoreProfile extends ScriptedProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        var config = new HashMap<>(super.getConfigOverrides());
        config.put("kiln.object-store.over", "1000");
        config.put("kiln.object-store.rest", "0s");
        config.put("kiln.retention.sweep", "1h");
        return config;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Servers.class), new TestResourceEntry(S3Server.class));
    }
}
