package dev.kiln.sandbox.scripted;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Lists the language {@code scripted} among those of this process where it is switched on, so that
 * doors and workers know it as they know any other.
 */
public final class ScriptedLanguage implements ConfigSourceFactory {
    /** The language's name in submissions. */
    public static final String NAME = "scripted";

    /** Above application.properties (250), below environment variables (300). */
    private static final int ORDINAL = 275;

    private static final String RUNTIME = "kiln.runtimes." + NAME + ".";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue configured = context.getValue("kiln.sandbox.scripted");
        boolean on = configured != null && Boolean.parseBoolean(configured.getValue());
        return on
                ? List.of(
                        new PropertiesConfigSource(
                                Map.of(
                                        RUNTIME + "image",
                                        NAME,
                                        RUNTIME + "file",
                                        "main.script",
                                        RUNTIME + "command",
                                        "/" + NAME),
                                NAME,
                                ORDINAL))
                : List.of();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
