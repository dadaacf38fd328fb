package dev.kiln.job;

import org.jspecify.annotations.Nullable;

/**
 * What a program needs of its host besides its language.
 *
 * @param image the name or digest of the image to run in, spelt as engines list it; null for the
 *     language's own
 * @param network whether it may reach outside its sandbox
 */
public record Needs(@Nullable String image, boolean network) {
    /** The language's own image, and no network. */
    public static final Needs NOTHING = new Needs(null, false);

    public Needs {
        if (image != null && image.isEmpty()) {
            throw new IllegalArgumentException("image must not be empty");
        }
    }
}
