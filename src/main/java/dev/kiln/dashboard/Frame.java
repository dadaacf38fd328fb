package dev.kiln.dashboard;

import dev.kiln.access.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds every page.
 *
 * @param title of the page
 * @param here the entry of the navigation that it belongs to
 * @param tenant the only tenant that is seen; null for all
 * @param signedIn whether there is somebody to sign out
 * @param shown whether there is a navigation: not before one is signed in
 */
public record Frame(
        String title, String here, @Nullable String tenant, boolean signedIn, boolean shown) {
    static Frame of(String title, String here, Caller caller, boolean keys) {
        return new Frame(title, here, caller.tenant(), keys, true);
    }

    /** Before anybody is known. */
    static Frame bare(String title) {
        return new Frame(title, "", null, false, false);
    }
}
