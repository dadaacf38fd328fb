package dev.kiln.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.TenantCapStore;
import dev.kiln.store.TenantCapStore.Cap;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
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
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Caps over HTTP, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class TenantsIT {
    /** Colons are allowed in names. */
    private static final String TENANT = "acme:eu";

    @Inject TenantCapStore caps;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;

    @Inject AgroalDataSource dataSource;

    @TestHTTPResource("/")
    URI server;

    @BeforeEach
    @AfterEach
    void empty() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("truncate job, tenant_cap cascade");
        }
    }

    @Test
    void a_cap_is_set_listed_told_to_those_who_wait_and_lifted() throws Exception {
        assertThat(json(cap("1")).at("/max_running").asInt()).isEqualTo(1);
        assertThat(get("v1/tenants").at("/tenants/0/tenant").asText()).isEqualTo(TENANT);
        String first = submit();
        String second = submit();
        caps.set(new Cap(TENANT, 1));
        assertThat(Workers.claim(workers, claims, 100, Duration.ofMinutes(5)))
                .extracting(job -> job.lease().job().toString())
                .containsExactly(first);
        assertThat(get("v1/jobs/" + second).at("/waiting_for").asText())
                .isEqualTo("the tenant acme:eu runs at most 1 at once");
        assertThat(post("v1/tenants/" + TENANT + ":uncap", "").statusCode()).isEqualTo(200);
        assertThat(get("v1/jobs/" + second).at("/waiting_for").isNull()).isTrue();
        assertThat(get("v1/tenants").at("/tenants")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.5", "1000001", "99999999", "five"})
    void a_number_that_is_none_is_refused_by_name(String number) throws Exception {
        var refused = cap(number);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(json(refused).at("/type").asText()).isEqualTo("/problems/invalid-request");
        assertThat(json(refused).at("/detail").asText())
                .startsWith("max_running must be a whole number from 1 to 1000000");
        assertThat(caps.all()).isEmpty();
    }

    @Test
    void a_name_that_is_none_is_refused() throws Exception {
        var refused = post("v1/tenants/a%20b:cap?max_running=1", "");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(json(refused).at("/detail").asText()).startsWith("the tenant's name must be");
    }

    private HttpResponse<byte[]> cap(String number) throws Exception {
        return post("v1/tenants/" + TENANT + ":cap?max_running=" + number, "");
    }

    private String submit() throws Exception {
        var answer =
                post(
                        "v1/jobs",
                        "{\"language\": \"python\", \"code\": \"1\", \"tenant\": \""
                                + TENANT
                                + "\"}");
        assertThat(answer.statusCode()).isEqualTo(202);
        return json(answer).at("/id").asText();
    }

    private JsonNode get(String path) throws Exception {
        return json(send(HttpRequest.newBuilder(server.resolve(path)).GET()));
    }

    private HttpResponse<byte[]> post(String path, String body) throws Exception {
        return send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        }
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        return Json.ofBytes(response.body());
    }
}
