package dev.kiln.sandbox.docker;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** Settings of pools, read as a server reads them. */
final class Pools {
    private Pools() {}

    /** With these settings, named without their prefix. */
    static PoolConfig with(Map<String, String> settings) {
        var named = new java.util.HashMap<String, String>();
        settings.forEach((name, value) -> named.put("kiln.pool." + name, value));
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(named, "test", 100))
                .withMapping(PoolConfig.class)
                .build()
                .getConfigMapping(PoolConfig.class);
    }
}
