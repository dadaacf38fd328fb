package dev.kiln.access.oidc;

import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** A key of the length that is usual. */
final class OidcExamples {
    /** From RFC 7517, appendix A.1. */
    private static final String KEY =
            """
            {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
             "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","kid":"1"}
            """;

    private OidcExamples() {}

    static JsonWebKey key() {
        try {
            return PublicJsonWebKey.Factory.newPublicJwk(KEY);
        } catch (JoseException e) {
            throw new IllegalStateException("the key is that of the RFC", e);
        }
    }
}
