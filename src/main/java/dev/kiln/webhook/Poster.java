package dev.kiln.webhook;

import dev.kiln.event.CompletionEvent;
import dev.kiln.job.TraceParent;
import dev.kiln.tls.TrustedRoots;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpResponse;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Posts one message to a host that nobody here trusts: over a connection of its own to an address
 * that was checked, without following where the answer leads, without reading its body, and within
 * a time.
 */
@Singleton
class Poster {
    private static final int MOST_LINE = 8_192;
    private static final int MOST_HEADERS = 100;
    private static final int TOO_MANY_REQUESTS = 429;

    private final Duration timeout;
    private final CloseableHttpClient client;
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("kiln-webhook-timeouts").factory());

    @Inject
    Poster(WebhookConfig config) {
        this(
                config,
                SystemDefaultDnsResolver.INSTANCE,
                config.allowPrivate() ? _ -> true : PublicAddress::is);
    }

    Poster(WebhookConfig config, DnsResolver resolver, Predicate<InetAddress> allowed) {
        this.timeout = config.timeout();
        this.client = client(config, new CheckedResolver(resolver, allowed));
    }

    private static CloseableHttpClient client(WebhookConfig config, DnsResolver resolver) {
        var timeout = Timeout.of(config.timeout());
        var headers =
                Http1Config.custom()
                        .setMaxLineLength(MOST_LINE)
                        .setMaxHeaderCount(MOST_HEADERS)
                        .build();
        var connections =
                trusting(config)
                        .setDnsResolver(resolver)
                        .setConnectionFactory(
                                ManagedHttpClientConnectionFactory.builder()
                                        .http1Config(headers)
                                        .build())
                        .setDefaultConnectionConfig(
                                ConnectionConfig.custom()
                                        .setConnectTimeout(timeout)
                                        .setSocketTimeout(timeout)
                                        .build())
                        // Who may post at the same time is decided before (InFlight).
                        .setMaxConnTotal(config.concurrency())
                        .setMaxConnPerRoute(config.concurrency())
                        .build();
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setConnectionReuseStrategy((_, _, _) -> false)
                .setDefaultRequestConfig(
                        RequestConfig.custom()
                                .setResponseTimeout(timeout)
                                .setConnectionRequestTimeout(timeout)
                                .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableCookieManagement()
                .disableContentCompression()
                .setUserAgent("Kiln")
                .build();
    }

    /** Certificates are those of the URL's host in any case; this is about who signed them. */
    private static PoolingHttpClientConnectionManagerBuilder trusting(WebhookConfig config) {
        var builder = PoolingHttpClientConnectionManagerBuilder.create();
        return config.trust()
                .map(pem -> TrustedRoots.with("kiln.webhooks.trust", pem))
                .map(context -> builder.setTlsSocketStrategy(new DefaultClientTlsStrategy(context)))
                .orElse(builder);
    }

    /**
     * Posts the message.
     *
     * @param id its identity, the same whenever it is posted
     * @param body JSON as UTF-8
     */
    Attempt post(URI url, String id, Signature signature, byte[] body) {
        return post(url, id, signature, body, null);
    }

    /**
     * As {@link #post(URI, String, Signature, byte[])}.
     *
     * @param trace told to the receiver, unless it is null
     */
    Attempt post(
            URI url, String id, Signature signature, byte[] body, @Nullable TraceParent trace) {
        var now = Instant.now();
        var request = new HttpPost(url);
        request.setHeader("webhook-id", id);
        request.setHeader("webhook-timestamp", now.getEpochSecond());
        request.setHeader("webhook-signature", signature.of(id, now, body));
        if (trace != null) {
            request.setHeader("traceparent", trace.text());
        }
        request.setEntity(
                new ByteArrayEntity(body, ContentType.create(CompletionEvent.MEDIA_TYPE)));
        var late = new AtomicBoolean();
        // Each read has the client's own time-out; this is for receivers that send byte by byte.
        var end =
                clock.schedule(
                        () -> {
                            late.set(true);
                            request.abort();
                        },
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
        try {
            return post(request);
        } catch (IOException | HttpException e) {
            return new Attempt.Failed(null, inWords(e, late.get()), null);
        } finally {
            end.cancel(false);
        }
    }

    private Attempt post(HttpPost request) throws IOException, HttpException {
        var answer = client.executeOpen(RoutingSupport.determineHost(request), request, null);
        try {
            return attempt(answer);
        } finally {
            // Cut off, or the client would read what is left of the body.
            if (answer instanceof CloseableHttpResponse open) {
                open.close(CloseMode.IMMEDIATE);
            } else {
                answer.close();
            }
        }
    }

    private static Attempt attempt(ClassicHttpResponse answer) {
        int status = answer.getCode();
        if (status >= 200 && status < 300) {
            return new Attempt.Taken(status);
        }
        if (status == HttpStatus.SC_GONE) {
            return new Attempt.Gone(status);
        }
        boolean redirect = status >= 300 && status < 400;
        String error =
                redirect
                        ? "the receiver answered with a redirect, which is not followed"
                        : "the receiver answered with status " + status;
        boolean busy = status == TOO_MANY_REQUESTS || status == HttpStatus.SC_SERVICE_UNAVAILABLE;
        return new Attempt.Failed(status, error, busy ? retryAfter(answer) : null);
    }

    private static @Nullable Duration retryAfter(ClassicHttpResponse answer) {
        Header header = answer.getFirstHeader("Retry-After");
        return RetryAfter.read(header == null ? null : header.getValue(), Instant.now())
                .orElse(null);
    }

    private String inWords(Exception e, boolean late) {
        return switch (e) {
            case CheckedResolver.ForbiddenAddress _ ->
                    "the host has an address that is not public (kiln.webhooks.allow-private)";
            case UnknownHostException _ -> "the host has no address";
            case Exception _ when late -> noAnswer();
            case SocketTimeoutException _ -> noAnswer();
            case SSLException _ -> "the receiver's certificate or TLS is not accepted";
            case ConnectException _ -> "the receiver cannot be connected to";
            case HttpException _ -> "the receiver's answer is not HTTP";
            default -> "the connection broke off before there was an answer";
        };
    }

    private String noAnswer() {
        return "no answer within " + timeout.toMillis() + " ms";
    }

    @PreDestroy
    void close() {
        clock.shutdownNow();
        client.close(CloseMode.IMMEDIATE);
    }
}
