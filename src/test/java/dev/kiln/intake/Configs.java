package dev.kiln.intake;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The real configuration mappings with their defaults, read without starting Quarkus. */
final class Configs {
    private Configs() {}

    static SmallRyeConfig of(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withDefaultValues(properties)
                .withMapping(PolicyConfig.class)
                .withMapping(IntakeConfig.class)
                .withMapping(LanguagesConfig.class)
                .build();
    }

    static SubmissionReader reader(Map<String, String> properties) {
        var config = of(properties);
        return new SubmissionReader(
                config.getConfigMapping(PolicyConfig.class),
                config.getConfigMapping(IntakeConfig.class),
                config.getConfigMapping(LanguagesConfig.class));
    }

    /** A reader of a site that knows Python and the shell. */
    static SubmissionReader reader() {
        return reader(
                Map.of(
                        "kiln.runtimes.python.file",
                        "main.py",
                        "kiln.runtimes.shell.file",
                        "main.sh"));
    }
}
