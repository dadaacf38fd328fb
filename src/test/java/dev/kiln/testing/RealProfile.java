package dev.kiln.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;

/** Kiln as it is delivered: real servers, real containers under gVisor. */
public class RealProfile implements QuarkusTestProfile {
    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Servers.class));
    }
}
