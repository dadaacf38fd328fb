package dev.kiln.access.oidc;

import org.jose4j.lang.UnresolvableKeyException;

/** The issuer's keys cannot be had; the message says why, for those who run the site. */
final class IssuerAway extends UnresolvableKeyException {
    private static final long serialVersionUID = 1;

    IssuerAway(String why) {
        super(why);
    }
}
