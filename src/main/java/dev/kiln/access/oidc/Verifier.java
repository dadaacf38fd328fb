package dev.kiln.access.oidc;

import java.security.Key;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/** Looks whether tokens are the issuer's, for this server, and hold now. */
final class Verifier {
    /** Three parts; those of an encrypted one, which nobody here could open, are five. */
    private static final Pattern SIGNED = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]*");

    private static final Pattern SUBJECT = Pattern.compile("[ -~]{1,255}");

    /** What access tokens say of their type (RFC 9068), those before that, and no others. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

    /** A check that fails, by the library's number, in words. */
    private record Reason(int code, String words) {}

    /** The one that says the most first. */
    private static final List<Reason> REASONS =
            List.of(
                    new Reason(ErrorCodes.SIGNATURE_INVALID, "has a signature that does not fit"),
                    new Reason(ErrorCodes.SIGNATURE_MISSING, "is not signed (alg)"),
                    new Reason(ErrorCodes.ISSUER_MISSING, "does not say who issued it (iss)"),
                    new Reason(ErrorCodes.ISSUER_INVALID, "is of another issuer (iss)"),
                    new Reason(ErrorCodes.AUDIENCE_MISSING, "does not say for whom it is (aud)"),
                    new Reason(ErrorCodes.AUDIENCE_INVALID, "is for another service (aud)"),
                    new Reason(
                            ErrorCodes.EXPIRATION_MISSING, "does not say how long it holds (exp)"),
                    new Reason(ErrorCodes.EXPIRED, "has expired (exp)"),
                    new Reason(ErrorCodes.NOT_YET_VALID, "does not hold yet (nbf)"),
                    new Reason(ErrorCodes.SUBJECT_MISSING, "does not say whose it is (sub)"),
                    new Reason(ErrorCodes.MALFORMED_CLAIM, "has a claim of a wrong type"));

    private final Set<String> algorithms;
    private final IssuerKeys keys;
    private final OidcSettings settings;
    private final JwtConsumer consumer;

    Verifier(OidcSettings settings, IssuerKeys keys) {
        this.settings = settings;
        this.algorithms = settings.algorithms();
        this.keys = keys;
        this.consumer =
                new JwtConsumerBuilder()
                        .setVerificationKeyResolver(this::key)
                        .setJwsAlgorithmConstraints(
                                ConstraintType.PERMIT, algorithms.toArray(String[]::new))
                        .setExpectedIssuer(settings.issuer())
                        .setExpectedAudience(settings.audience().toArray(String[]::new))
                        .setRequireExpirationTime()
                        .setAllowedClockSkewInSeconds(
                                Math.toIntExact(settings.leeway().toSeconds()))
                        .setRequireSubject()
                        .build();
    }

    /** Whether the text has the form of a signed token; keys of Kiln's own have not. */
    static boolean isToken(String text) {
        return SIGNED.matcher(text).matches();
    }

    /** Looks at all of it. */
    Verdict verify(String token) {
        try {
            return good(consumer.processToClaims(token));
        } catch (InvalidJwtException e) {
            return switch (e.getCause()) {
                case IssuerAway _ -> new Verdict.Unknown(settings.pause());
                case Refused refused -> new Verdict.Bad(refused.reason());
                case null, default -> new Verdict.Bad(reason(e));
            };
        }
    }

    private static Verdict good(JwtClaims claims) {
        try {
            String subject = claims.getSubject();
            return SUBJECT.matcher(subject).matches()
                    ? new Verdict.Good(new Claims(subject, claims.getClaimsMap()))
                    : new Verdict.Bad("must have 1 to 255 printable ASCII characters in sub");
        } catch (MalformedClaimException e) {
            return new Verdict.Bad("has a sub that is no text");
        }
    }

    private static String reason(InvalidJwtException e) {
        return REASONS.stream()
                .filter(reason -> e.hasErrorCode(reason.code()))
                .map(Reason::words)
                .findFirst()
                .orElse("cannot be read");
    }

    /** Before the key: what cannot be right has nobody asked for one. */
    private void requireHeader(JsonWebSignature token) throws Refused {
        if (!algorithms.contains(String.valueOf(token.getAlgorithmHeaderValue()))) {
            throw new Refused(
                    "is signed by an algorithm that is not taken here (alg, kiln.access.oidc.algorithms)");
        }
        @Nullable String type = token.getHeader("typ");
        if (type != null && !TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            throw new Refused("is no access token (typ)");
        }
    }

    private Key key(JsonWebSignature token, List<JsonWebStructure> around)
            throws UnresolvableKeyException {
        if (!around.isEmpty()) {
            throw new Refused("holds another token");
        }
        requireHeader(token);
        var known = keys.current();
        @Nullable JsonWebKey key = select(token, known);
        if (key == null) {
            key = select(token, keys.afresh(known));
        }
        if (key == null) {
            throw new Refused("is signed by a key that the issuer does not have (kid)");
        }
        return key.getKey();
    }

    private static @Nullable JsonWebKey select(JsonWebSignature token, Collection<JsonWebKey> among)
            throws Refused {
        try {
            return new VerificationJwkSelector()
                    .selectWithVerifySignatureDisambiguate(token, among);
        } catch (JoseException e) {
            throw new Refused("has a header that cannot be read");
        }
    }
}
