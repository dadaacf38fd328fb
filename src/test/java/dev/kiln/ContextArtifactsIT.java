package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.RealProfile;
import dev.kiln.testing.Servers;
import dev.kiln.testing.Topics;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Contexts in and artifacts out, through both doors, with nothing simulated. */
@QuarkusTest
@TestProfile(RealProfile.class)
class ContextArtifactsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Topics topics;

    @TestHTTPResource("/")
    URI server;

    @BeforeAll
    static void connect() {
        topics = new Topics(Servers.bootstrapServers());
    }

    @AfterAll
    static void disconnect() {
        topics.close();
        HTTP.close();
    }

    @Test
    void a_context_is_uploaded_once_and_read_by_jobs_of_both_doors() throws Exception {
        byte[] content = new byte[(3 << 20) + 5];
        content[7] = 1;
        String hash = sha256(content);
        String address = "/v1/contexts/" + hash + "?tenant=acme";

        assertThat(head(address)).isEqualTo(404);
        assertThat(put(address, content).statusCode()).isEqualTo(201);
        assertThat(put(address, content).statusCode()).isEqualTo(200);
        assertThat(head(address)).isEqualTo(200);
        assertThat(head("/v1/contexts/" + hash)).isEqualTo(404);

        var job =
                python(
                                "import hashlib\nprint(hashlib.sha256(open('/mnt/context', 'rb').read()).hexdigest())")
                        .put("tenant", "acme");
        job.putObject("context").put("sha256", hash);
        String first = submit(job);
        String second = Jobs.id().toString();
        topics.submit(second, job.toString());

        assertThat(awaitEnd(first).at("/result/stdout").asText()).isEqualTo(hash + "\n");
        assertThat(awaitEnd(second).at("/result/stdout").asText()).isEqualTo(hash + "\n");
    }

    @Test
    void a_context_comes_along_with_a_job() throws Exception {
        var job = python("print(open('/mnt/context').read())");
        job.putObject("context").put("text", "grüß");

        assertThat(awaitEnd(submit(job)).at("/result/stdout").asText()).isEqualTo("grüß\n");
    }

    @Test
    void a_context_that_is_not_what_it_says_is_refused() throws Exception {
        String hash = sha256("right".getBytes(StandardCharsets.UTF_8));
        var wrong = put("/v1/contexts/" + hash, "wrong".getBytes(StandardCharsets.UTF_8));

        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(JSON.readTree(wrong.body()).at("/type").asText())
                .isEqualTo("/problems/hash-mismatch");
        assertThat(wrong.body()).contains(hash);
        assertThat(head("/v1/contexts/" + hash)).isEqualTo(404);
        assertThat(put("/v1/contexts/nohash", new byte[0]).statusCode()).isEqualTo(400);
        assertThat(put("/v1/contexts/" + hash + "?tenant=a%20b", new byte[0]).statusCode())
                .isEqualTo(400);
        var large = put("/v1/contexts/" + hash, new byte[(64 << 20) + 1]);
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(large.body()).contains("64m");
    }

    @Test
    void a_job_that_names_what_its_tenant_has_not_is_refused_at_both_doors() throws Exception {
        byte[] content = "of acme".getBytes(StandardCharsets.UTF_8);
        put("/v1/contexts/" + sha256(content) + "?tenant=acme", content);
        var job = python("1").put("tenant", "zeta");
        job.putObject("context").put("sha256", sha256(content));

        var refused = post("/v1/jobs", job);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).at("/errors/0/pointer").asText())
                .isEqualTo("/context/sha256");
        assertThat(refused.body()).contains("PUT /v1/contexts");

        String id = Jobs.id().toString();
        topics.submit(id, job.toString());
        var rejected = topics.await("kiln.rejected", r -> id.equals(r.key()));
        assertThat(rejected.value()).contains(sha256(content));
        var polled =
                await().until(
                                () -> JSON.readTree(get("/v1/jobs/" + id).body()),
                                document -> "REJECTED".equals(document.at("/state").asText()));
        assertThat(polled.at("/errors/0/pointer").asText()).isEqualTo("/context/sha256");
    }

    @Test
    void artifacts_are_listed_and_fetched() throws Exception {
        var job =
                python(
                        """
                        import os
                        os.makedirs('out/ü x')
                        open('out/ü x/a;b%20+?#.bin', 'wb').write(bytes(range(256)))
                        open('out/empty', 'w')
                        os.symlink('/etc/passwd', 'out/passwd')
                        """);
        job.putArray("artifacts").add("out/**").add("log.txt");
        String id = submit(job);
        String odd = "out/ü x/a;b%20+?#.bin";

        JsonNode result = awaitEnd(id).at("/result");
        assertThat(result.at("/artifacts/0/path").asText()).isEqualTo("out/empty");
        assertThat(result.at("/artifacts/1/path").asText()).isEqualTo(odd);
        assertThat(result.at("/artifacts/1/bytes").asInt()).isEqualTo(256);
        assertThat(result.at("/artifacts_omitted").toString())
                .isEqualTo(
                        "[{\"path\":\"out/passwd\",\"reason\":\"link\"},{\"path\":\"log.txt\",\"reason\":\"missing\"}]");
        assertThat(result.at("/artifacts_omitted_count").asInt()).isEqualTo(2);
        var event =
                JSON.readTree(topics.await("kiln.completions", r -> id.equals(r.key())).value());
        assertThat(event.at("/data/result/artifacts_count").asInt()).isEqualTo(2);

        String list = "/v1/jobs/" + id + "/artifacts";
        assertThat(JSON.readTree(get(list).body()).at("/artifacts"))
                .isEqualTo(result.at("/artifacts"));
        var fetched =
                HTTP.send(request(list + "/" + encoded(odd)).build(), BodyHandlers.ofByteArray());
        assertThat(fetched.statusCode()).isEqualTo(200);
        assertThat(fetched.body()).hasSize(256).startsWith(0, 1, 2);
        assertThat(sha256(fetched.body())).isEqualTo(result.at("/artifacts/1/sha256").asText());
        assertThat(fetched.headers().firstValue("Content-Type"))
                .hasValue("application/octet-stream");
        assertThat(fetched.headers().firstValue("Content-Disposition")).hasValue("attachment");
        assertThat(fetched.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        String tag = fetched.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).isEqualTo('"' + sha256(fetched.body()) + '"');
        var again =
                HTTP.send(
                        request(list + "/" + encoded(odd)).header("If-None-Match", tag).build(),
                        BodyHandlers.ofString());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(get(list + "/out/empty").statusCode()).isEqualTo(200);
        for (String none : new String[] {"/out", "/out/passwd", "/%2e%2e/x", "/out/%00"}) {
            assertThat(get(list + none).statusCode()).as(none).isBetween(400, 404);
        }
        assertThat(get("/v1/jobs/" + Jobs.id() + "/artifacts").statusCode()).isEqualTo(404);
    }

    private static String encoded(String path) {
        var names = new StringBuilder();
        for (String name : path.split("/")) {
            names.append(names.isEmpty() ? "" : "/")
                    .append(URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return names.toString();
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private static ObjectNode python(String code) {
        return JSON.createObjectNode().put("language", "python").put("code", code);
    }

    private String submit(ObjectNode job) throws Exception {
        var answer = post("/v1/jobs", job);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body()).at("/id").asText();
    }

    private JsonNode awaitEnd(String id) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> JSON.readTree(get("/v1/jobs/" + id).body()),
                        job -> job.has("finished_at") && !job.at("/finished_at").isNull());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.toString().replaceFirst("/$", "") + path));
    }

    private int head(String path) throws Exception {
        return HTTP.send(
                        request(path).method("HEAD", BodyPublishers.noBody()).build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private HttpResponse<String> put(String path, byte[] body) throws Exception {
        return HTTP.send(
                request(path).PUT(BodyPublishers.ofByteArray(body)).build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, Object body) throws Exception {
        return HTTP.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build(),
                BodyHandlers.ofString());
    }
}
