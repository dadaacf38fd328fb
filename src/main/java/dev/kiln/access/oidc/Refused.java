package dev.kiln.access.oidc;

import org.jose4j.lang.UnresolvableKeyException;

/** There is no key for a token, by its own fault; the message says so, as {@link Verdict.Bad}. */
final class Refused extends UnresolvableKeyException {
    private static final long serialVersionUID = 1;

    Refused(String reason) {
        super(reason);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
