package dev.kiln.intake;

import io.smallrye.config.ConfigMapping;
import java.util.Map;

/**
 * The part of {@code kiln.runtimes} that admission must know: which languages there are, and what
 * their source files are called, since no input file may lie in a source's place.
 */
@ConfigMapping(prefix = "kiln")
public interface LanguagesConfig {
    /** By language name, as submissions give it. */
    Map<String, Language> runtimes();

    /** One language. */
    interface Language {
        /** The name the source gets in the job's directory. */
        String file();
    }
}
