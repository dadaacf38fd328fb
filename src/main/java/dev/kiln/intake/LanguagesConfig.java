package dev.kiln.intake;

import io.smallrye.config.ConfigMapping;
import java.util.Map;
import java.util.Optional;

/**
 * The part of {@code kiln.runtimes} that admission must know: which languages there are, what their
 * source files are called, since no input file may lie in a source's place, and their images, which
 * every job may ask for.
 */
@ConfigMapping(prefix = "kiln")
public interface LanguagesConfig {
    /** By language name, as submissions give it. */
    Map<String, Language> runtimes();

    /** One language. */
    interface Language {
        /** The name the source gets in the job's directory. */
        String file();

        /** The image that its programs run in unless they ask for another. */
        Optional<String> image();
    }
}
