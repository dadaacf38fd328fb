package dev.kiln.http;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps web pages away from a server that trusts whoever reaches it. A page in a browser on this
 * machine can send requests to a loopback address: across origins, which the Origin header tells,
 * or from a name that its owner made resolve to 127.0.0.1 (DNS rebinding), which the Host header
 * tells. Covers every route, health and metrics too.
 */
@Singleton
public class LocalGuard {
    /** Before all routes and all other filters. */
    private static final int FIRST = 10_000;

    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * A name or an address with an optional port, as the Host header gives it (RFC 9110, section
     * 7.2).
     */
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    private static final Pattern ORIGIN = Pattern.compile("(https?)://(.+)");

    private final Set<String> hosts;

    @Inject
    LocalGuard(HttpConfig config) {
        this(config.allowedHosts().orElse(Set.of()));
    }

    LocalGuard(Set<String> allowed) {
        this.hosts =
                Stream.concat(LOCAL.stream(), allowed.stream())
                        .map(host -> host.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    void register(@Observes Filters filters) {
        filters.register(this::guard, FIRST);
    }

    private void guard(RoutingContext context) {
        HttpServerRequest request = context.request();
        refusal(
                        hostHeaders(request),
                        request.headers().getAll(HttpHeaders.ORIGIN),
                        request.scheme())
                .ifPresentOrElse(detail -> refuse(context, detail), context::next);
    }

    /** HTTP/2 has the authority in a pseudo header. */
    private static List<String> hostHeaders(HttpServerRequest request) {
        var headers = request.headers().getAll(HttpHeaders.HOST);
        return headers.isEmpty() && request.authority() != null
                ? List.of(request.authority().toString())
                : headers;
    }

    private static void refuse(RoutingContext context, String detail) {
        context.response()
                .setStatusCode(ProblemType.FORBIDDEN.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(Problem.of(ProblemType.FORBIDDEN, detail).json());
    }

    /**
     * Why the request may not come in, if it may not.
     *
     * @param hosts all Host headers
     * @param origins all Origin headers
     * @param scheme that of the request itself
     */
    Optional<String> refusal(List<String> hosts, List<String> origins, String scheme) {
        if (hosts.size() != 1) {
            return Optional.of("the request must have one Host header");
        }
        Optional<Authority> host = Authority.of(hosts.getFirst(), scheme);
        if (host.isEmpty() || !this.hosts.contains(host.get().name())) {
            return Optional.of(
                    "the Host header must be localhost, 127.0.0.1, [::1] or a name from kiln.http.allowed-hosts");
        }
        for (String origin : origins) {
            if (!isSame(origin, scheme, host.get())
                    && !isBehindTls(origin, scheme, hosts.getFirst())) {
                return Optional.of("the Origin header must be this server's own origin");
            }
        }
        return Optional.empty();
    }

    private static boolean isSame(String origin, String scheme, Authority host) {
        var parts = ORIGIN.matcher(origin);
        return parts.matches()
                && parts.group(1).equals(scheme)
                && Authority.of(parts.group(2), scheme).equals(Optional.of(host));
    }

    /**
     * A proxy that ends TLS sends plain requests on, with the Host header that it got. Not on this
     * machine: there another server may be behind the name.
     */
    private static boolean isBehindTls(String origin, String scheme, String host) {
        var parts = ORIGIN.matcher(origin);
        if (!scheme.equals("http") || !parts.matches() || !parts.group(1).equals("https")) {
            return false;
        }
        var page = Authority.of(parts.group(2), "https");
        return page.isPresent()
                && page.equals(Authority.of(host, "https"))
                && !LOCAL.contains(page.get().name());
    }

    /** A host in lower case and a port that is always there. */
    private record Authority(String name, int port) {
        static Optional<Authority> of(String text, String scheme) {
            var parts = AUTHORITY.matcher(text);
            if (!parts.matches()) {
                return Optional.empty();
            }
            int standard = scheme.equals("https") ? 443 : 80;
            int port = parts.group(2) == null ? standard : Integer.parseInt(parts.group(2));
            return Optional.of(new Authority(parts.group(1).toLowerCase(Locale.ROOT), port));
        }
    }
}
