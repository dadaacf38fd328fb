package dev.kiln.access;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides who comes in. Not a singleton: filters are made while Quarkus is built up, when there is
 * no configuration yet, and this must come after it.
 */
@ApplicationScoped
class Gate {
    private static final Pattern BEARER =
            Pattern.compile("bearer +(\\S+)", Pattern.CASE_INSENSITIVE);
    private static final String HOW =
            ": send one in the header Authorization, as Bearer kiln_… (docs/ACCESS.md)";

    private final KeyRing keys;
    private final TokenCallers tokens;
    private final Quotas quotas;
    private final boolean open;

    Gate(AccessConfig config, KeyRing keys, TokenCallers tokens, Quotas quotas) {
        this.open = config.mode() == AccessMode.OPEN;
        this.keys = keys;
        this.tokens = tokens;
        this.quotas = quotas;
    }

    /** What was decided. */
    sealed interface Decision {
        /** The request may go on, as this caller's. */
        record Admitted(Caller caller) implements Decision {}

        /** It ends with this answer. */
        record Refused(Problem problem, Map<String, String> headers) implements Decision {
            Refused(ProblemType type, String detail) {
                this(Problem.of(type, detail), Map.of());
            }

            /** To come again, no sooner than that. */
            Refused(ProblemType type, String detail, Duration later) {
                this(
                        Problem.of(type, detail),
                        Map.of("Retry-After", String.valueOf(seconds(later))));
            }

            /** Whole ones, upwards. */
            private static long seconds(Duration later) {
                return Math.max(1, later.plusNanos(999_999_999).toSeconds());
            }
        }
    }

    /** Whether all come in and may do everything. */
    boolean open() {
        return open;
    }

    /**
     * Looks at the key or token and at what it allows.
     *
     * @param authorization all Authorization headers
     */
    Decision admit(List<String> authorization, Right right) {
        try {
            return bearer(authorization)
                    .map(this::identify)
                    .map(
                            found ->
                                    found instanceof Decision.Admitted(var caller)
                                            ? admit(caller, right)
                                            : found)
                    .orElseGet(() -> unauthenticated("there is no key with this request"));
        } catch (StoreUnavailable e) {
            return unavailable();
        }
    }

    /** Whose it is. The two are told apart by their form: in a key there are no dots. */
    private Decision identify(String bearer) {
        return keys.caller(bearer)
                .<Decision>map(Decision.Admitted::new)
                .or(() -> tokens.identify(bearer))
                .orElseGet(() -> unauthenticated("this key opens nothing here"));
    }

    private static Optional<String> bearer(List<String> authorization) {
        if (authorization.size() != 1) {
            return Optional.empty();
        }
        var header = BEARER.matcher(authorization.getFirst().strip());
        return header.matches() ? Optional.of(header.group(1)) : Optional.empty();
    }

    private Decision admit(Caller caller, Right right) {
        if (caller.tenant() != null) {
            var wait = quotas.tooFast(caller.tenant());
            if (wait.isPresent()) {
                return new Decision.Refused(
                        ProblemType.TOO_FAST,
                        "tenant %s sends more requests than it may (kiln.quota): send them more slowly"
                                .formatted(caller.tenant()),
                        wait.get());
            }
        }
        return caller.may(right)
                ? new Decision.Admitted(caller)
                : new Decision.Refused(ProblemType.NOT_ALLOWED, needed(right));
    }

    private static String needed(Right right) {
        return switch (right) {
            case NOTHING, READ -> "this needs a key";
            case SUBMIT -> "this needs the role submit or admin";
            case ADMIN -> "this needs the role admin";
            case OPERATE -> "this needs the role admin for all tenants";
        };
    }

    /** Whether jobs of the caller's tenant may be queued: the refusal if not. */
    Optional<Decision.Refused> full(Caller caller) {
        return Optional.ofNullable(caller.tenant())
                .flatMap(
                        tenant ->
                                quotas.reached(tenant)
                                        .map(
                                                most ->
                                                        new Decision.Refused(
                                                                ProblemType.QUOTA_REACHED,
                                                                "tenant %s has %d queued jobs, as many as it may (kiln.quota): send the same request again later"
                                                                        .formatted(tenant, most),
                                                                Duration.ofSeconds(5))));
    }

    private static Decision.Refused unauthenticated(String what) {
        return new Decision.Refused(
                Problem.of(ProblemType.UNAUTHENTICATED, what + HOW),
                Map.of("WWW-Authenticate", "Bearer"));
    }

    static Decision.Refused unavailable() {
        return new Decision.Refused(
                ProblemType.UNAVAILABLE,
                "the database cannot be reached: send the same request again later",
                Duration.ofSeconds(1));
    }
}
