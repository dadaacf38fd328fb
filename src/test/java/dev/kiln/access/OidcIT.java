package dev.kiln.access;

import static dev.kiln.access.AccessProfile.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.testing.TestIssuer;
import dev.kiln.wire.Json;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that takes an issuer's tokens beside keys; the issuer is opened by the tests. */
@QuarkusTest
@TestProfile(AccessProfile.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OidcIT {
    private static final String HELLO = "{\"language\":\"python\",\"code\":\"print('hello')\"}";

    private final HttpClient http = HttpClient.newHttpClient();
    private TestIssuer issuer;

    @TestHTTPResource("/")
    URI server;

    @Inject AgroalDataSource dataSource;

    @ConfigProperty(name = "kiln.access.oidc.issuer")
    String url;

    @BeforeEach
    void start() throws Exception {
        execute("delete from job");
        issuer = new TestIssuer(url);
    }

    @AfterEach
    void stop() {
        issuer.close();
        http.close();
    }

    /** With this test's keys, which the server has to find out about. */
    private void open() throws Exception {
        issuer.open();
        String token = issuer.token("acme", "kiln-read");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> get(token, "v1/jobs").statusCode() == 200);
    }

    /** Before any other, since then the server has no key of the issuer yet. */
    @Test
    @Order(1)
    void while_the_issuer_is_away_keys_work_and_tokens_are_told_to_come_again() throws Exception {
        String token = issuer.token("acme", "kiln-read");
        var refused = get(token, "v1/jobs");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(json(refused).at("/type").asText()).isEqualTo("/problems/unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(get(OPERATOR, "v1/jobs").statusCode()).isEqualTo(200);
        var unready = get(OPERATOR, "q/health/ready");
        assertThat(unready.statusCode()).isEqualTo(503);
        assertThat(oidc(unready).at("/status").asText()).isEqualTo("DOWN");
        assertThat(oidc(unready).at("/data/trouble").asText())
                .startsWith(url)
                .contains("cannot be reached");

        open();
        assertThat(oidc(get(OPERATOR, "q/health/ready")).at("/status").asText()).isEqualTo("UP");
        issuer.close();
        // Its keys are known by now.
        assertThat(get(token, "v1/jobs").statusCode()).isEqualTo(200);
    }

    private static JsonNode oidc(HttpResponse<String> health) {
        for (JsonNode check : json(health).at("/checks")) {
            if (check.at("/name").asText().equals("oidc")) {
                return check;
            }
        }
        throw new AssertionError(health.body());
    }

    @ParameterizedTest
    @CsvSource({
        "kiln-read,   acme, 200 403 403 403",
        "kiln-submit, acme, 200 202 403 403",
        "kiln-admin,  acme, 200 202 200 403",
        "kiln-admin,  *,    200 202 200 200"
    })
    void each_role_may_what_it_says(String role, String tenant, String answers) throws Exception {
        open();
        String token = issuer.token(tenant, "offline_access", role, "kiln-read");
        assertThat(
                        List.of(
                                get(token, "v1/jobs").statusCode(),
                                post(token, "v1/jobs", HELLO).statusCode(),
                                get(token, "v1/keys").statusCode(),
                                get(token, "v1/workers").statusCode()))
                .extracting(String::valueOf)
                .containsExactly(answers.split(" "));
        assertThat(get(token, "q/metrics").statusCode())
                .isEqualTo(answers.endsWith("200") ? 200 : 403);
    }

    @Test
    void roles_may_be_words_between_spaces() throws Exception {
        open();
        var claims = issuer.claims("acme");
        claims.setClaim("realm_access", Map.of("roles", "openid kiln-submit"));
        assertThat(post(issuer.sign(claims), "v1/jobs", HELLO).statusCode()).isEqualTo(202);
    }

    /** A token that is wrong in one way. */
    enum Wrong {
        ISSUER("(iss)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.setIssuer("https://other.example");
                return issuer.sign(claims);
            }
        },
        AUDIENCE("(aud)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.setAudience("account");
                return issuer.sign(claims);
            }
        },
        NO_AUDIENCE("(aud)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.unsetClaim("aud");
                return issuer.sign(claims);
            }
        },
        EXPIRED("(exp)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.setExpirationTimeMinutesInTheFuture(-1);
                return issuer.sign(claims);
            }
        },
        WITHOUT_END("(exp)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.unsetClaim("exp");
                return issuer.sign(claims);
            }
        },
        NOT_YET("(nbf)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.setNotBeforeMinutesInThePast(-1);
                return issuer.sign(claims);
            }
        },
        WITHOUT_SUBJECT("(sub)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.unsetClaim("sub");
                return issuer.sign(claims);
            }
        },
        SUBJECT_OF_TWO_LINES("sub") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                claims.setSubject("alice\noutcome=ok");
                return issuer.sign(claims);
            }
        },
        OTHER_KEY("signature") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                return issuer.forged(claims);
            }
        },
        CHANGED_AFTER_SIGNING("signature") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                String good = issuer.sign(claims);
                claims.setClaim("tenant", "beta");
                String other = issuer.sign(claims);
                return other.substring(0, other.lastIndexOf('.'))
                        + good.substring(good.lastIndexOf('.'));
            }
        },
        UNKNOWN_KEY("(kid)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                return TestIssuer.byNobody(claims);
            }
        },
        ALGORITHM_NONE("(alg") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                return TestIssuer.withoutSignature(claims);
            }
        },
        PUBLIC_KEY_AS_SECRET("(alg") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                return issuer.signedWithThePublicKey(claims);
            }
        },
        LOGOUT_TOKEN("(typ)") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) throws Exception {
                return TestIssuer.sign(claims, issuer.key(), "logout+jwt");
            }
        },
        NOT_JSON("cannot be read") {
            @Override
            String of(TestIssuer issuer, JwtClaims claims) {
                return "e30x.e30.AAAA";
            }
        };

        private final String check;

        Wrong(String check) {
            this.check = check;
        }

        abstract String of(TestIssuer issuer, JwtClaims claims) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void a_wrong_token_is_refused_by_the_check_that_it_fails(Wrong wrong) throws Exception {
        open();
        String token = wrong.of(issuer, issuer.claims("acme", "kiln-admin"));
        var refused = post(token, "v1/jobs", HELLO);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
        assertThat(json(refused).at("/type").asText()).isEqualTo("/problems/unauthenticated");
        assertThat(json(refused).at("/detail").asText())
                .startsWith("the token ")
                .contains(wrong.check);
        assertThat(refused.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .matches(
                        "Bearer error=\"invalid_token\", error_description=\"the token [ -~&&[^\"\\\\]]+\"")
                .contains(wrong.check);
        assertThat(count("select count(*) from job")).isZero();
    }

    @Test
    void when_the_issuer_changes_its_key_the_new_one_is_found_and_the_old_one_gone()
            throws Exception {
        open();
        String old = issuer.token("acme", "kiln-read");
        issuer.rotate();
        String next = issuer.token("acme", "kiln-read");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> get(next, "v1/jobs").statusCode() == 200);
        var refused = get(old, "v1/jobs");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(json(refused).at("/detail").asText()).contains("(kid)");
    }

    @Test
    void a_good_token_that_does_not_say_whose_or_what_for_is_told_the_claim() throws Exception {
        open();
        var noTenant = issuer.claims("acme", "kiln-read");
        noTenant.unsetClaim("tenant");
        assertLacks(noTenant, "claim tenant must name one tenant");
        var noName = issuer.claims("a b", "kiln-read");
        assertLacks(noName, "claim tenant must name a tenant");
        var several = issuer.claims("acme", "kiln-read");
        several.setStringListClaim("tenant", "acme", "beta");
        assertLacks(several, "claim tenant must name one tenant");
        assertLacks(
                issuer.claims("acme", "offline_access"),
                "claim /realm_access/roles must have one of kiln-read, kiln-submit, kiln-admin");
    }

    private void assertLacks(JwtClaims claims, String what) throws Exception {
        var refused = get(issuer.sign(claims), "v1/jobs");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(json(refused).at("/type").asText()).isEqualTo("/problems/not-allowed");
        assertThat(json(refused).at("/detail").asText()).contains(what, "docs/ACCESS.md");
    }

    @Test
    void another_tenants_job_is_not_there_and_the_audit_has_the_subject() throws Exception {
        open();
        execute("delete from audit");
        String acme = issuer.token("acme", "kiln-admin");
        var submitted = post(acme, "v1/jobs", HELLO);
        assertThat(submitted.statusCode()).isEqualTo(202);
        String id = json(submitted).at("/id").asText();
        assertThat(get(acme, "v1/jobs/" + id).statusCode()).isEqualTo(200);
        String beta = issuer.token("beta", "kiln-admin");
        assertThat(get(beta, "v1/jobs/" + id).statusCode()).isEqualTo(404);
        assertThat(json(get(beta, "v1/jobs")).at("/jobs")).isEmpty();
        assertThat(get(beta, "v1/jobs?tenant=acme").statusCode()).isEqualTo(403);

        var made = post(acme, "v1/keys", "{\"tenant\":\"acme\",\"role\":\"read\",\"name\":\"ci\"}");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(json(get(acme, "v1/audit")).at("/entries"))
                .extracting(
                        e ->
                                "%s %s %s"
                                        .formatted(
                                                e.at("/key").asText(),
                                                e.at("/tenant").asText(),
                                                e.at("/action").asText()))
                .containsExactly("oidc:alice acme key.create", "oidc:alice acme job.submit");
        assertThat(get(json(made).at("/key").asText(), "v1/jobs/" + id).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_tenants_rate_and_quota_hold_for_its_tokens() throws Exception {
        open();
        String hasty = issuer.token("hasty", "kiln-read");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get(hasty, "v1/jobs").statusCode() == 429);
        String small = issuer.token("small", "kiln-submit");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> post(small, "v1/jobs", HELLO).statusCode() == 429);
        assertThat(count("select count(*) from job where tenant = 'small'"))
                .isGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "a.b.c.d.e", "...", "a..b", "kiln_.x.y"})
    void what_has_not_the_form_of_a_token_is_a_key_that_opens_nothing(String text)
            throws Exception {
        open();
        var refused = get(text, "v1/jobs");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().allValues("WWW-Authenticate")).hasSize(1);
    }

    private HttpResponse<String> get(String bearer, String path) throws Exception {
        return send(HttpRequest.newBuilder(server.resolve(path)), bearer);
    }

    private HttpResponse<String> post(String bearer, String path, String body) throws Exception {
        return send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)),
                bearer);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String bearer) throws Exception {
        return http.send(
                request.header("Authorization", "Bearer " + bearer).build(),
                BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private void execute(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int count(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }
}
