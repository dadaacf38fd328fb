package dev.kiln.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/** Kiln as it is delivered: real servers, real containers under gVisor. */
public class RealProfile implements QuarkusTestProfile {
    /** Tests that are not about containers that wait count containers. */
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("kiln.pool.size", "0");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Servers.class));
    }
}
