package dev.kiln.local;

import dev.kiln.sandbox.docker.SandboxConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The configuration that a worker of this host would have, read without starting one: the shipped
 * defaults, {@code config/application.properties}, environment and system properties.
 */
public final class LocalConfig {
    private static final String FILE = "application.properties";
    private static final int SHIPPED = 240;
    private static final int OF_SITE = 260;

    private final SmallRyeConfig config;

    private LocalConfig(SmallRyeConfig config) {
        this.config = config;
    }

    /** Of this process, with these mappings. */
    public static LocalConfig read(Class<?>... mappings) {
        try {
            var builder =
                    new SmallRyeConfigBuilder()
                            .addSystemSources()
                            .addDefaultInterceptors()
                            .addDiscoveredConverters()
                            .withMappingIgnore("kiln.**")
                            .withSources(
                                    new PropertiesConfigSource(
                                            LocalConfig.class.getResource("/" + FILE), SHIPPED));
            Path site = Path.of("config", FILE);
            if (Files.isRegularFile(site)) {
                builder.withSources(new PropertiesConfigSource(site.toUri().toURL(), OF_SITE));
            }
            for (Class<?> mapping : mappings) {
                builder.withMapping(mapping);
            }
            return new LocalConfig(builder.build());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Its part that this mapping reads. */
    public <T> T get(Class<T> mapping) {
        return config.getConfigMapping(mapping);
    }

    /** How this host runs programs. */
    public SandboxConfig sandbox() {
        return get(SandboxConfig.class);
    }
}
