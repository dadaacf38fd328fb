package dev.kiln.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;

/** Somebody's server that gets events: keeps what came, and answers as the test says. */
final class Receiver implements AutoCloseable {
    /** What came. */
    record Post(
            String path,
            String host,
            String id,
            String timestamp,
            String signature,
            String type,
            byte[] body) {}

    final List<Post> posts = new CopyOnWriteArrayList<>();

    /** By which names TLS was begun (SNI), for each post; empty for none. */
    final List<String> serverNames = new CopyOnWriteArrayList<>();

    private final String scheme;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    volatile HttpHandler handler = exchange -> answer(exchange, 204);

    Receiver() throws IOException {
        this("http", HttpServer.create(anyPort(), 0));
    }

    private Receiver(String scheme, HttpServer server) {
        this.scheme = scheme;
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    /** One that speaks TLS. */
    static Receiver tls(SSLContext context) throws IOException {
        var server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new Receiver("https", server);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** A URL at which this is found under that name. */
    String url(String host, String path) {
        return scheme + "://" + host + ":" + port() + path;
    }

    List<Post> posts(String path) {
        return posts.stream().filter(post -> post.path().equals(path)).toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        if (exchange instanceof HttpsExchange tls) {
            serverNames.add(serverName((ExtendedSSLSession) tls.getSSLSession()));
        }
        var headers = exchange.getRequestHeaders();
        posts.add(
                new Post(
                        exchange.getRequestURI().getPath(),
                        headers.getFirst("Host"),
                        headers.getFirst("webhook-id"),
                        headers.getFirst("webhook-timestamp"),
                        headers.getFirst("webhook-signature"),
                        headers.getFirst("Content-Type"),
                        exchange.getRequestBody().readAllBytes()));
        handler.handle(exchange);
    }

    private static String serverName(ExtendedSSLSession session) {
        return session.getRequestedServerNames().stream()
                .map(name -> ((SNIHostName) name).getAsciiName())
                .findFirst()
                .orElse("");
    }

    static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
