package dev.kiln.access;

import dev.kiln.access.Gate.Decision;
import dev.kiln.access.oidc.Claims;
import dev.kiln.access.oidc.OidcConfig;
import dev.kiln.access.oidc.Tokens;
import dev.kiln.access.oidc.Verdict;
import dev.kiln.job.Placement;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Knows who sends a token: its claims say the tenant and the role. */
@Singleton
final class TokenCallers {
    /** What the audit calls them by, before the subject; no id of a key begins so. */
    static final String PREFIX = "oidc:";

    private final Tokens tokens;
    private final OidcConfig config;

    TokenCallers(Tokens tokens, OidcConfig config) {
        this.tokens = tokens;
        this.config = config;
    }

    /** Whose token it is; empty when it is none, or none are taken. */
    Optional<Decision> identify(String token) {
        return tokens.verify(token)
                .map(
                        verdict ->
                                switch (verdict) {
                                    case Verdict.Good(var claims) -> admit(claims);
                                    case Verdict.Bad(var reason) -> refused(reason);
                                    case Verdict.Unknown(var pause) ->
                                            new Decision.Refused(
                                                    ProblemType.UNAVAILABLE,
                                                    "the issuer's keys cannot be had, without which no token can be verified: send the same request again later",
                                                    pause);
                                });
    }

    /** As RFC 6750 has it, section 3. The reasons are ours, and hold no quotation marks. */
    private static Decision.Refused refused(String reason) {
        String what = "the token " + reason;
        return new Decision.Refused(
                Problem.of(
                        ProblemType.UNAUTHENTICATED,
                        what + ": get a new one from the issuer that this server trusts"),
                Map.of(
                        "WWW-Authenticate",
                        "Bearer error=\"invalid_token\", error_description=\"%s\""
                                .formatted(what)));
    }

    private Decision admit(Claims claims) {
        var named = claims.texts(config.tenantClaim());
        if (named.size() != 1) {
            return lacks(
                    config.tenantClaim(), "must name one tenant (kiln.access.oidc.tenant-claim)");
        }
        String tenant = named.getFirst();
        boolean all = config.allTenants().filter(tenant::equals).isPresent();
        if (!all && !Placement.isName(tenant)) {
            return lacks(
                    config.tenantClaim(), "must name a tenant, whose name " + Placement.NAME_RULE);
        }
        return role(claims)
                .<Decision>map(role -> admitted(claims, all ? null : tenant, role))
                .orElseGet(
                        () ->
                                lacks(
                                        config.rolesClaim(),
                                        "must have one of %s (kiln.access.oidc.roles)"
                                                .formatted(allNames())));
    }

    private String allNames() {
        return Arrays.stream(KeyRole.values())
                .flatMap(role -> names(role).stream())
                .collect(Collectors.joining(", "));
    }

    private static Decision admitted(Claims claims, @Nullable String tenant, KeyRole role) {
        return new Decision.Admitted(new Caller(PREFIX + claims.subject(), tenant, role));
    }

    private static Decision.Refused lacks(String claim, String what) {
        return new Decision.Refused(
                ProblemType.NOT_ALLOWED,
                "the token is good, but its claim %s %s: have the issuer put that into tokens for this server (docs/ACCESS.md)"
                        .formatted(claim, what));
    }

    /** The highest that the token has. */
    private Optional<KeyRole> role(Claims claims) {
        var words = claims.words(config.rolesClaim());
        return Arrays.stream(KeyRole.values())
                .filter(role -> names(role).stream().anyMatch(words::contains))
                .max(Comparator.naturalOrder());
    }

    private List<String> names(KeyRole role) {
        return switch (role) {
            case READ -> config.roles().read();
            case SUBMIT -> config.roles().submit();
            case ADMIN -> config.roles().admin();
        };
    }
}
