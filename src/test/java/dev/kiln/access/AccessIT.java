package dev.kiln.access;

import static dev.kiln.access.AccessProfile.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.Servers;
import dev.kiln.testing.Topics;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that asks for keys, with a real PostgreSQL and a real broker. */
@QuarkusTest
@TestProfile(AccessProfile.class)
class AccessIT {
    private static final String HELLO = "{\"language\":\"python\",\"code\":\"print('hello')\"}";
    private static final String HASH = "a".repeat(64);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> made = new HashMap<>();

    @TestHTTPResource("/")
    URI server;

    @Inject AgroalDataSource dataSource;

    @ConfigProperty(name = "kiln.intake.topics.tenants.acme")
    String acmesTopic;

    @BeforeEach
    void emptyQueue() throws SQLException {
        execute("delete from job");
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void without_a_key_nothing_is_answered_but_health() throws Exception {
        for (String key : new String[] {null, "wrong", "kiln_" + "0".repeat(20) + "_" + HASH}) {
            var answer = get(key, "v1/jobs");
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer");
            assertProblem(answer, "unauthenticated");
        }
        assertThat(post(null, "v1/jobs", HELLO).statusCode()).isEqualTo(401);
        assertThat(get(null, "q/health/live").statusCode()).isEqualTo(200);
        assertThat(get(null, "q/metrics").statusCode()).isEqualTo(401);
        assertThat(get(key("acme", "admin"), "q/metrics").statusCode()).isEqualTo(403);
        assertThat(get(OPERATOR, "q/metrics").statusCode()).isEqualTo(200);
        assertThat(count("select count(*) from job")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "read,   acme, 200 403 403 403",
        "submit, acme, 200 202 403 403",
        "admin,  acme, 200 202 200 403",
        "admin,  *,    200 202 200 200"
    })
    void each_role_may_what_it_says(String role, String tenant, String answers) throws Exception {
        String key = key(tenant, role);
        var statuses =
                List.of(
                        get(key, "v1/jobs"),
                        post(key, "v1/jobs", HELLO),
                        get(key, "v1/keys"),
                        get(key, "v1/workers"));
        assertThat(statuses)
                .extracting(answer -> String.valueOf(answer.statusCode()))
                .containsExactly(answers.split(" "));
        statuses.stream()
                .filter(answer -> answer.statusCode() == 403)
                .forEach(answer -> assertProblem(answer, "not-allowed"));
    }

    @Test
    void a_key_is_told_once_kept_as_a_hash_and_dead_when_revoked() throws Exception {
        var answer =
                post(
                        OPERATOR,
                        "v1/keys",
                        "{\"tenant\": \"acme\", \"role\": \"read\", \"name\": \"ci\"}");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        String key = json(answer).at("/key").asText();
        String id = json(answer).at("/id").asText();
        assertThat(get(key, "v1/jobs").statusCode()).isEqualTo(200);
        String secret = key.substring(key.lastIndexOf('_') + 1);
        assertThat(get(OPERATOR, "v1/keys").body()).contains(id).doesNotContain(secret);
        assertThat(
                        count(
                                "select count(*) from api_key where id = '%s' and secret_sha256 = sha256('\\x%s')"
                                        .formatted(id, secret)))
                .isOne();

        assertThat(send("DELETE", OPERATOR, "v1/keys/" + id, "").statusCode()).isEqualTo(200);
        assertThat(get(key, "v1/jobs").statusCode()).isEqualTo(401);
        assertThat(send("DELETE", OPERATOR, "v1/keys/" + id, "").statusCode()).isEqualTo(200);
    }

    @Test
    void a_key_that_another_process_revoked_is_dead_within_the_memory() throws Exception {
        String key = key("acme", "read");
        assertThat(get(key, "v1/jobs").statusCode()).isEqualTo(200);
        execute("update api_key set revoked_at = now() where tenant = 'acme'");
        await().atMost(Duration.ofSeconds(10)).until(() -> get(key, "v1/jobs").statusCode() == 401);
    }

    @Test
    void a_tenants_admin_has_no_say_over_other_tenants_keys() throws Exception {
        String acme = key("acme", "admin");
        key("beta", "read");
        assertThat(json(get(acme, "v1/keys")).at("/keys"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.at("/tenant").asText()).isEqualTo("acme"));
        assertProblem(get(acme, "v1/keys?tenant=beta"), "foreign-tenant");
        String betas = json(get(OPERATOR, "v1/keys?tenant=beta")).at("/keys/0/id").asText();
        var foreign = send("DELETE", acme, "v1/keys/" + betas, "");
        var unknown = send("DELETE", acme, "v1/keys/" + "0".repeat(20), "");
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body()).isEqualTo(unknown.body());
        assertProblem(
                post(acme, "v1/keys", "{\"tenant\":\"*\",\"role\":\"read\",\"name\":\"x\"}"),
                "foreign-tenant");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    v1/jobs/ID",
        "GET,    v1/jobs/ID?wait=1",
        "GET,    v1/jobs/ID/attempts",
        "GET,    v1/jobs/ID/stdout",
        "HEAD,   v1/jobs/ID/stdout",
        "GET,    v1/jobs/ID/compile/output",
        "GET,    v1/jobs/ID/artifacts",
        "GET,    v1/jobs/ID/artifacts/a/b",
        "DELETE, v1/jobs/ID",
        "GET,    v1/jobs/ID;a=b",
        "GET,    v1/jobs/ID/stdout;a=b?tenant=acme",
        "POST,   v1/jobs/ID:rerun",
        "POST,   v1/jobs/ID:rerun?wait=nonsense"
    })
    void anothers_job_is_answered_as_one_that_does_not_exist(String method, String path)
            throws Exception {
        JobId betas = submitted(key("beta", "submit"), HELLO);
        JobId nobodys = Jobs.id();
        String acme = key("acme", "admin");
        var foreign = send(method, acme, path.replace("ID", betas.toString()), "");
        var unknown = send(method, acme, path.replace("ID", nobodys.toString()), "");
        assertThat(foreign.statusCode()).isEqualTo(unknown.statusCode()).isIn(400, 404);
        assertThat(headers(foreign)).isEqualTo(headers(unknown));
        assertThat(foreign.body().replace(betas.toString(), "ID"))
                .isEqualTo(unknown.body().replace(nobodys.toString(), "ID"));
        assertThat(count("select count(*) from job where state = 'QUEUED'")).isOne();
    }

    @Test
    void lists_batches_and_contexts_are_the_tenants_own_without_being_named() throws Exception {
        String beta = key("beta", "submit");
        String acme = key("acme", "submit");
        assertThat(lines(beta, "nightly", HELLO).statusCode()).isEqualTo(202);
        assertThat(lines(acme, "nightly", HELLO + "\n" + HELLO).statusCode()).isEqualTo(202);
        submitted(OPERATOR, HELLO);

        assertThat(json(get(acme, "v1/jobs")).at("/jobs"))
                .hasSize(2)
                .allSatisfy(job -> assertThat(job.at("/tenant").asText()).isEqualTo("acme"));
        assertThat(json(get(OPERATOR, "v1/jobs")).at("/jobs")).hasSize(4);
        assertThat(json(get(acme, "v1/batches/nightly")).at("/jobs").asInt()).isEqualTo(2);
        assertThat(json(get(beta, "v1/batches/nightly")).at("/jobs").asInt()).isOne();
        assertThat(get(acme, "v1/batches/nightly/results").statusCode()).isEqualTo(200);
        assertThat(json(send("DELETE", beta, "v1/batches/nightly", "")).at("/cancelled").asInt())
                .isOne();
        assertThat(count("select count(*) from job where tenant = 'acme' and state = 'QUEUED'"))
                .isEqualTo(2);
        for (String path : List.of("v1/jobs", "v1/batches/nightly", "v1/contexts/" + HASH)) {
            var answer =
                    send(
                            path.contains("contexts") ? "HEAD" : "GET",
                            acme,
                            path + "?tenant=beta",
                            "");
            assertThat(answer.statusCode()).isEqualTo(403);
        }
    }

    @Test
    void a_context_that_another_tenant_uploaded_is_none() throws Exception {
        byte[] content = "data".getBytes(StandardCharsets.UTF_8);
        String hash = HexFormat.of().formatHex(ApiKey.sha256(content));
        String beta = key("beta", "submit");
        String acme = key("acme", "submit");
        assertThat(send("PUT", beta, "v1/contexts/" + hash, "data").statusCode()).isEqualTo(201);
        assertThat(send("HEAD", beta, "v1/contexts/" + hash, "").statusCode()).isEqualTo(200);
        assertThat(send("HEAD", acme, "v1/contexts/" + hash, "").statusCode()).isEqualTo(404);
        String reader =
                "{\"language\":\"python\",\"code\":\"1\",\"context\":{\"sha256\":\"%s\"}}"
                        .formatted(hash);
        assertThat(post(beta, "v1/jobs", reader).statusCode()).isEqualTo(202);
        assertProblem(post(acme, "v1/jobs", reader), "invalid-job");
    }

    @Test
    void a_document_may_name_no_other_tenant_than_the_keys() throws Exception {
        String acme = key("acme", "submit");
        String ofBeta = HELLO.replace("{", "{\"tenant\":\"beta\",");
        var refused = post(acme, "v1/jobs", ofBeta);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertProblem(refused, "foreign-tenant");
        assertThat(json(refused).at("/errors/0/pointer").asText()).isEqualTo("/tenant");

        var batch = json(lines(acme, "b", HELLO + "\n" + ofBeta));
        assertThat(batch.at("/errors/0/line").asInt()).isEqualTo(2);
        assertThat(batch.at("/errors/0/errors/0/pointer").asText()).isEqualTo("/tenant");
        var stream =
                lines(acme, "b", HELLO + "\n" + ofBeta, "application/x-ndjson").body().split("\n");
        assertThat(stream[0]).contains("\"id\"");
        assertThat(stream[1]).contains("\"/tenant\"").doesNotContain("\"id\"");
        assertProblem(
                post(acme, "v1/jobs:retry", "{\"tenant\":\"beta\",\"batch\":\"b\"}"),
                "foreign-tenant");
        assertThat(count("select count(*) from job where tenant <> 'acme'")).isZero();
        submitted(OPERATOR, ofBeta);
        assertThat(count("select count(*) from job where tenant = 'beta'")).isOne();
    }

    @Test
    void the_same_document_and_names_from_two_tenants_are_two_jobs() throws Exception {
        String acme = key("acme", "submit");
        String beta = key("beta", "submit");
        JobId id = Jobs.id();
        String document = HELLO.replace("{", "{\"id\":\"%s\",".formatted(id));
        submitted(acme, document);
        assertThat(post(acme, "v1/jobs", document).statusCode()).isEqualTo(200);
        var conflict = post(beta, "v1/jobs?wait=1", document);
        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(conflict.body()).doesNotContain("QUEUED", "acme");

        var first = keyed(acme, "order-7", HELLO);
        var second = keyed(beta, "order-7", HELLO);
        assertThat(json(first).at("/id")).isNotEqualTo(json(second).at("/id"));
        assertThat(second.statusCode()).isEqualTo(202);
    }

    @Test
    void abandoned_jobs_of_others_are_not_tried_again() throws Exception {
        JobId betas = submitted(key("beta", "submit"), HELLO);
        execute("update job set state = 'ABANDONED', finished_at = now(), reason = 'gave up'");
        String acme = key("acme", "submit");
        var byId = json(post(acme, "v1/jobs:retry", "{\"ids\": [\"%s\"]}".formatted(betas)));
        assertThat(byId.at("/jobs/0/reason").asText()).isEqualTo("there is no such job");
        var all = json(post(acme, "v1/jobs:retry", "{\"state\": \"ABANDONED\"}"));
        assertThat(all.at("/retried").asInt()).isZero();
        assertThat(count("select count(*) from job where state = 'ABANDONED'")).isOne();
    }

    @Test
    void a_tenant_with_as_many_queued_jobs_as_it_may_have_is_asked_to_wait() throws Exception {
        String small = key("small", "submit");
        JobId first = submitted(small, HELLO);
        submitted(small, HELLO);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> lines(small, "b", HELLO).statusCode() == 429);
        var refused = post(small, "v1/jobs", HELLO);
        assertProblem(refused, "quota-reached");
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        submitted(key("acme", "submit"), HELLO);
        assertThat(send("DELETE", small, "v1/jobs/" + first, "").statusCode()).isEqualTo(200);
        execute(
                "update job set state = 'CANCELLED', finished_at = now() where tenant = 'small' and state = 'QUEUED'");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> post(small, "v1/jobs", HELLO).statusCode() == 202);
    }

    @Test
    void a_tenant_that_asks_too_often_is_slowed_down_and_others_are_not() throws Exception {
        String hasty = key("hasty", "read");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get(hasty, "v1/jobs").statusCode() == 429);
        var refused = get(hasty, "v1/jobs");
        if (refused.statusCode() == 429) {
            assertProblem(refused, "too-fast");
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        }
        assertThat(get(key("acme", "read"), "v1/jobs").statusCode()).isEqualTo(200);
    }

    @Test
    void what_was_done_is_in_the_audit_of_its_tenant() throws Exception {
        execute("delete from audit");
        String acme = key("acme", "admin");
        JobId job = submitted(acme, HELLO);
        lines(acme, "nightly", HELLO + "\n" + HELLO);
        send("DELETE", acme, "v1/jobs/" + job, "");
        send("DELETE", acme, "v1/batches/nightly", "");
        var rerun = post(acme, "v1/jobs/" + job + ":rerun", "");
        post(acme, "v1/jobs", "{}");
        get(acme, "v1/jobs/" + job);
        submitted(key("beta", "submit"), HELLO);

        var entries = json(get(acme, "v1/audit")).at("/entries");
        assertThat(entries)
                .extracting(e -> e.at("/action").asText() + " " + e.at("/subject").asText())
                .containsExactly(
                        "job.rerun " + json(rerun).at("/id").asText(),
                        "batch.cancel nightly",
                        "job.cancel " + job,
                        "batch.submit nightly",
                        "job.submit " + job,
                        "key.create " + acme.split("_")[1]);
        assertThat(entries.get(0).at("/key").asText()).isEqualTo(acme.split("_")[1]);
        var page = json(get(OPERATOR, "v1/audit?limit=2"));
        assertThat(page.at("/entries/0/tenant").asText()).isEqualTo("beta");
        var rest = json(get(OPERATOR, "v1/audit?before=" + page.at("/next").asText()));
        assertThat(rest.at("/entries")).hasSize(6);
        assertThat(get(key("acme", "submit"), "v1/audit").statusCode()).isEqualTo(403);
    }

    @Test
    void whatever_comes_on_a_tenants_topic_is_that_tenants() throws Exception {
        String acme = key("acme", "read");
        String beta = key("beta", "read");
        var own = Jobs.id();
        var foreign = Jobs.id();
        var trusted = Jobs.id();
        String ofBeta = HELLO.replace("{", "{\"tenant\":\"beta\",");
        try (var topics = new Topics(Servers.bootstrapServers())) {
            topics.submit(acmesTopic, own.toString(), HELLO.getBytes(StandardCharsets.UTF_8));
            topics.submit(acmesTopic, foreign.toString(), ofBeta.getBytes(StandardCharsets.UTF_8));
            topics.submit(trusted.toString(), ofBeta);
        }
        awaitStatus(acme, own, 200);
        awaitStatus(beta, trusted, 200);
        awaitStatus(acme, foreign, 200);
        assertThat(
                        count(
                                "select count(*) from job where id = '%s' and tenant = 'acme'"
                                        .formatted(own)))
                .isOne();
        assertThat(json(get(acme, "v1/jobs/" + foreign)).at("/state").asText())
                .isEqualTo("REJECTED");
        for (var others : List.of(own, foreign)) {
            assertThat(get(beta, "v1/jobs/" + others).statusCode()).isEqualTo(404);
            assertThat(get(beta, "v1/jobs/" + others + "/attempts").statusCode()).isEqualTo(404);
        }
        assertThat(get(acme, "v1/jobs/" + trusted).statusCode()).isEqualTo(404);
    }

    private void awaitStatus(String key, JobId job, int status) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> get(key, "v1/jobs/" + job).statusCode() == status);
    }

    /** One for each tenant and role. */
    private String key(String tenant, String role) throws Exception {
        String which = tenant + " " + role;
        if (!made.containsKey(which)) {
            var answer =
                    post(
                            OPERATOR,
                            "v1/keys",
                            "{\"tenant\": \"%s\", \"role\": \"%s\", \"name\": \"test\"}"
                                    .formatted(tenant, role));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            made.put(which, json(answer).at("/key").asText());
        }
        return made.get(which);
    }

    private JobId submitted(String key, String document) throws Exception {
        var answer = post(key, "v1/jobs", document);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JobId.parse(json(answer).at("/id").asText());
    }

    private HttpResponse<String> get(String key, String path) throws Exception {
        return send("GET", key, path, "");
    }

    private HttpResponse<String> post(String key, String path, String body) throws Exception {
        return send(request("POST", key, path, body).header("Content-Type", "application/json"));
    }

    private HttpResponse<String> keyed(String key, String name, String body) throws Exception {
        return send(
                request("POST", key, "v1/jobs", body)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", name));
    }

    /** Answered in one document. */
    private HttpResponse<String> lines(String key, String batch, String lines) throws Exception {
        return lines(key, batch, lines, "application/json");
    }

    private HttpResponse<String> lines(String key, String batch, String lines, String accept)
            throws Exception {
        return send(
                request("POST", key, "v1/batches?batch=" + batch, lines)
                        .header("Content-Type", "application/x-ndjson")
                        .header("Accept", accept));
    }

    private HttpResponse<String> send(String method, String key, String path, String body)
            throws Exception {
        return send(request(method, key, path, body));
    }

    private HttpRequest.Builder request(String method, String key, String path, String body) {
        var request =
                HttpRequest.newBuilder(server.resolve(path))
                        .method(method, BodyPublishers.ofString(body));
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static Map<String, List<String>> headers(HttpResponse<?> answer) {
        return answer.headers().map();
    }

    private static void assertProblem(HttpResponse<String> answer, String type) {
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/" + type);
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
