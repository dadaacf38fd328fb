package dev.kiln.http;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Leaves connections without TLS with HTTP/1.1. When a client asks there to go on with HTTP/2 (as
 * Java's does by default), the server translates its request, and of a header that came twice keeps
 * the last one only: what must be there once ({@code Authorization}, {@code Idempotency-Key}) could
 * not be told from what is there twice. Upgrading is no part of HTTP/2 any more (RFC 9113, section
 * 3.1); over TLS the protocol is agreed on beforehand, and nothing is translated.
 */
@Singleton
public final class PlainProtocol implements HttpServerOptionsCustomizer {
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setHttp2ClearTextEnabled(false);
    }
}
