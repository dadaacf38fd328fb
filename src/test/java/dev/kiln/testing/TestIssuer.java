package dev.kiln.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/**
 * An OpenID Connect issuer of the tests: discovery, published keys that change when the test wants
 * it, and tokens that are right or wrong in one way. It can be shut down and opened again at the
 * same address.
 */
public final class TestIssuer implements AutoCloseable {
    /** For whom the good tokens are. */
    public static final String AUDIENCE = "https://kiln.example";

    private final String url;
    private final List<PublicJsonWebKey> published = new CopyOnWriteArrayList<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private HttpServer server;

    /**
     * One that listens nowhere yet.
     *
     * @param url its own, with a port and a path
     */
    public TestIssuer(String url) throws JoseException {
        this.url = url;
        rotate();
    }

    /** Begins to answer. */
    public void open() throws IOException {
        var address = URI.create(url);
        server = HttpServer.create(new InetSocketAddress(address.getHost(), address.getPort()), 0);
        server.createContext(
                address.getPath() + "/.well-known/openid-configuration",
                exchange ->
                        answer(
                                exchange,
                                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}"
                                        .formatted(url, url)));
        server.createContext(address.getPath() + "/keys", this::keys);
        server.start();
    }

    private void keys(HttpExchange exchange) throws IOException {
        fetches.incrementAndGet();
        answer(
                exchange,
                new JsonWebKeySet(published).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** How often its keys were fetched. */
    public int fetches() {
        return fetches.get();
    }

    /** Signs with a new key from now on, and publishes no other. */
    public void rotate() throws JoseException {
        published.clear();
        published.add(key(UUID.randomUUID().toString()));
    }

    private static PublicJsonWebKey key(String id) throws JoseException {
        var key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId(id);
        return key;
    }

    /** The key that it signs with. */
    public PublicJsonWebKey key() {
        return published.getFirst();
    }

    /** What a good token says. */
    public JwtClaims claims(String tenant, String... roles) {
        var claims = new JwtClaims();
        claims.setIssuer(url);
        claims.setAudience("account", AUDIENCE);
        claims.setSubject("alice");
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(5);
        claims.setClaim("tenant", tenant);
        claims.setClaim("realm_access", Map.of("roles", List.of(roles)));
        return claims;
    }

    /** A good token. */
    public String token(String tenant, String... roles) throws JoseException {
        return sign(claims(tenant, roles));
    }

    /** A token with these claims, signed as it should be. */
    public String sign(JwtClaims claims) throws JoseException {
        return sign(claims, key(), "at+jwt");
    }

    /** One with a key of one's own choice. */
    public static String sign(JwtClaims claims, PublicJsonWebKey key, String type)
            throws JoseException {
        var token = unsigned(claims);
        token.setHeader("typ", type);
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        token.setKeyIdHeaderValue(key.getKeyId());
        token.setKey(key.getPrivateKey());
        return token.getCompactSerialization();
    }

    /** One by a key that has the published one's name and is another. */
    public String forged(JwtClaims claims) throws JoseException {
        return sign(claims, key(key().getKeyId()), "at+jwt");
    }

    /** One by a key that was never published. */
    public static String byNobody(JwtClaims claims) throws JoseException {
        return sign(claims, key(UUID.randomUUID().toString()), "at+jwt");
    }

    /** One that nobody signed. */
    public static String withoutSignature(JwtClaims claims) throws JoseException {
        var token = unsigned(claims);
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        token.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        return token.getCompactSerialization();
    }

    /** One whose secret is what everybody knows, the public key. */
    public String signedWithThePublicKey(JwtClaims claims) throws JoseException {
        var token = unsigned(claims);
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        token.setKeyIdHeaderValue(key().getKeyId());
        token.setKey(new HmacKey(key().getPublicKey().getEncoded()));
        return token.getCompactSerialization();
    }

    private static JsonWebSignature unsigned(JwtClaims claims) {
        var token = new JsonWebSignature();
        token.setPayload(claims.toJson());
        return token;
    }

    /** Ends listening. */
    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }
}
