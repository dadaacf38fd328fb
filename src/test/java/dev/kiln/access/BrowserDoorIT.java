package dev.kiln.access;

import static dev.kiln.access.AccessProfile.OPERATOR;
import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.kiln.job.Artifact;
import dev.kiln.job.Artifacts;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Browser;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.LogCapture;
import dev.kiln.testing.Looks;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Browsers at a server that asks for keys: what a session opens, and what it does not. */
@QuarkusTest
@TestProfile(AccessProfile.class)
class BrowserDoorIT {
    private static final String HELLO = "{\"language\":\"python\",\"code\":\"print('hello')\"}";

    private final HttpClient http = HttpClient.newHttpClient();

    @TestHTTPResource("/")
    URI server;

    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;

    @AfterEach
    void close() {
        http.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ui/jobs",
                "ui/jobs/01a20116-971f-7946-a607-aa60538e9b59",
                "ui/try",
                "ui/batches"
            })
    void who_is_not_signed_in_is_led_to_where_one_can(String page) throws Exception {
        for (String cookie : new String[] {"", "kiln_session=" + "0".repeat(64)}) {
            var answer = send(request("GET", page, "", cookie));
            assertThat(answer.statusCode()).isEqualTo(303);
            assertThat(answer.headers().firstValue("Location")).contains("/ui/sign-in");
        }
        assertThat(send(request("GET", "ui/sign-in", "", "")).statusCode()).isEqualTo(200);
        assertThat(send(request("GET", "ui/assets/kiln.css", "", "")).statusCode()).isEqualTo(200);
        assertThat(send(request("GET", "ui/overview/events", "", "")).statusCode()).isEqualTo(303);
    }

    @Test
    void a_wrong_key_opens_no_session() throws Exception {
        for (String key : new String[] {"", "wrong", "x".repeat(2000)}) {
            var answer = signIn(key);
            assertThat(answer.statusCode()).isIn(400, 403);
            assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
            assertThat(answer.body()).contains("role=\"alert\"");
        }
    }

    @Test
    void the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_not_the_key() throws Exception {
        var answer = signIn(OPERATOR);
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains("/");
        String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie)
                .contains("HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain(OPERATOR);
        var page = send(request("GET", "", "", session(answer)));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Workers").doesNotContain(OPERATOR);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void behind_a_proxy_that_ends_tls_one_signs_in_and_the_cookie_goes_by_tls_alone()
            throws Exception {
        String form = "key=" + URLEncoder.encode(OPERATOR, StandardCharsets.UTF_8);
        String request =
                String.join(
                        "\r\n",
                        "POST /ui/sign-in HTTP/1.1",
                        "Host: kiln.example",
                        "Origin: https://kiln.example",
                        "Content-Type: application/x-www-form-urlencoded",
                        "Content-Length: " + form.length(),
                        "Connection: close",
                        "",
                        form);
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 303").contains("HttpOnly").contains("Secure");
        }
        assertThat(signIn(OPERATOR).headers().firstValue("Set-Cookie").orElseThrow())
                .as("without TLS")
                .doesNotContain("Secure");
    }

    @Test
    void a_session_is_worth_nothing_at_the_api_and_only_jobs_are_reached_behind_the_pages()
            throws Exception {
        String cookie = session(signIn(OPERATOR));
        assertThat(send(request("GET", "v1/jobs", "", cookie)).statusCode()).isEqualTo(401);
        assertThat(send(request("GET", "q/metrics", "", cookie)).statusCode()).isEqualTo(401);
        assertThat(send(request("GET", "ui/v1/jobs", "", cookie)).statusCode()).isEqualTo(200);
        for (String other : new String[] {"ui/v1/keys", "ui/v1/workers", "ui/v1/jobs/../keys"}) {
            assertThat(send(request("GET", other, "", cookie)).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void what_changes_something_must_come_from_a_page_of_this_server() throws Exception {
        String cookie = session(signIn(key("acme", "submit")));
        var none = json("ui/v1/jobs", cookie);
        assertThat(send(none).statusCode()).isEqualTo(403);
        var foreign = json("ui/v1/jobs", cookie).header("Origin", "https://evil.example");
        assertThat(send(foreign).statusCode()).isEqualTo(403);
        var own = send(json("ui/v1/jobs", cookie).header("Origin", origin()));
        assertThat(own.statusCode()).isEqualTo(202);
        assertThat(own.headers().firstValue("Location").orElseThrow()).contains("/v1/jobs/");
    }

    @Test
    void a_tenants_pages_have_what_is_its_own_and_its_role_allows() throws Exception {
        String acme = session(signIn(key("acme", "submit")));
        String beta = session(signIn(key("beta", "read")));
        var made = send(json("ui/v1/jobs", acme).header("Origin", origin()));
        String id = Json.ofBytes(made.body().getBytes(StandardCharsets.UTF_8)).at("/id").asText();

        assertThat(send(request("GET", "ui/jobs/" + id, "", acme)).body())
                .contains("print(&#39;hello&#39;)", "data-action=\"cancel\"");
        assertThat(send(request("GET", "ui/jobs", "", acme)).body()).contains(id);
        assertThat(send(request("GET", "ui/jobs", "", beta)).body()).doesNotContain(id);
        var foreign = send(request("GET", "ui/jobs/" + id, "", beta));
        String none = Jobs.id().toString();
        var unknown = send(request("GET", "ui/jobs/" + none, "", beta));
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body().replace(id, none)).isEqualTo(unknown.body());
        assertThat(foreign.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/html");

        assertThat(send(request("GET", "", "", acme)).body())
                .contains("Tenant acme", "Queue")
                .doesNotContain("Workers");
        assertThat(send(request("GET", "ui/try", "", beta)).body())
                .contains("may only read")
                .doesNotContain("<textarea");
        var refused = send(json("ui/v1/jobs", beta).header("Origin", origin()));
        assertThat(refused.statusCode()).isEqualTo(403);
    }

    @Test
    void a_session_ends_when_its_browser_signs_out_or_its_key_is_revoked() throws Exception {
        String cookie = session(signIn(OPERATOR));
        assertThat(send(request("POST", "ui/sign-out", "", cookie)).statusCode()).isEqualTo(403);
        var out = send(request("POST", "ui/sign-out", "", cookie).header("Origin", origin()));
        assertThat(out.statusCode()).isEqualTo(303);
        assertThat(send(request("GET", "", "", cookie)).statusCode()).isEqualTo(303);

        String key = key("acme", "read");
        String other = session(signIn(key));
        assertThat(send(request("GET", "", "", other)).statusCode()).isEqualTo(200);
        var revoked =
                HttpRequest.newBuilder(server.resolve("v1/keys/" + key.split("_")[1]))
                        .header("Authorization", "Bearer " + OPERATOR)
                        .DELETE();
        assertThat(send(revoked).statusCode() / 100).isEqualTo(2);
        assertThat(send(request("GET", "", "", other)).statusCode()).isEqualTo(303);
    }

    @Test
    void one_key_has_so_many_browsers_and_no_more() throws Exception {
        String other = session(signIn(key("acme", "read")));
        String key = key("acme", "read");
        int open = 0;
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            sessions.add(session(signIn(key)));
        }
        for (String session : sessions) {
            open += send(request("GET", "ui/batches", "", session)).statusCode() == 200 ? 1 : 0;
        }
        assertThat(open).isEqualTo(20);
        assertThat(send(request("GET", "ui/batches", "", sessions.getLast())).statusCode())
                .as("the newest")
                .isEqualTo(200);
        assertThat(send(request("GET", "ui/batches", "", other)).statusCode()).isEqualTo(200);
    }

    @Test
    void artifacts_are_fetched_with_the_session_of_their_tenant_and_with_no_other()
            throws Exception {
        String acme = session(signIn(key("acme", "submit")));
        String beta = session(signIn(key("beta", "admin")));
        var made = send(json("ui/v1/jobs", acme).header("Origin", origin()));
        String id = Json.ofBytes(made.body().getBytes(StandardCharsets.UTF_8)).at("/id").asText();
        finishAll(new Artifact("a b/\"<x>?.html", 3, "0".repeat(64), new byte[] {'e', 'n', 'd'}));

        String page = send(request("GET", "ui/jobs/" + id, "", acme)).body();
        var link = Pattern.compile("href=\"/(ui/v1/jobs/[^\"]*/artifacts/[^\"]*)\"").matcher(page);
        assertThat(link.find()).isTrue();
        var file = send(request("GET", link.group(1), "", acme));
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.body()).isEqualTo("end");
        assertThat(file.headers().firstValue("Content-Disposition")).contains("attachment");
        assertThat(file.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(send(request("GET", link.group(1), "", beta)).statusCode()).isEqualTo(404);
        assertThat(send(request("GET", link.group(1), "", "")).statusCode()).isIn(303, 401);
    }

    /** Whatever is queued. */
    private void finishAll(Artifact file) {
        var result = exited(0, "", Jobs.LIMITS);
        var files = new Artifacts(List.of(file), List.of(), 0);
        for (var claimed : Workers.claim(workers, claims, 100, Duration.ofMinutes(5))) {
            results.finish(claimed.lease(), result.with(result.stdout(), result.stderr(), files));
        }
    }

    @Test
    void no_key_and_no_session_is_ever_in_the_log() throws Exception {
        try (var log = new LogCapture()) {
            String key = key("acme", "submit");
            String secret = key.split("_")[2];
            String wrong = key.substring(0, key.length() - 8) + "00000000";
            String session = session(signIn(key));
            send(json("ui/v1/jobs", session).header("Origin", origin()));
            signIn(wrong);
            send(request("GET", "ui/jobs", "", "kiln_session=" + "5".repeat(64)));
            for (String each : List.of(key, wrong, OPERATOR)) {
                send(request("GET", "v1/jobs", "", "").header("Authorization", "Bearer " + each));
            }
            send(
                    request("DELETE", "v1/keys/" + key.split("_")[1], "", "")
                            .header("Authorization", "Bearer " + OPERATOR));

            assertThat(log.lines()).anyMatch(line -> line.contains("outcome=accepted"));
            assertThat(log.lines())
                    .noneMatch(line -> line.contains(secret.substring(0, 16)))
                    .noneMatch(line -> line.contains(OPERATOR.substring(0, 16)))
                    .noneMatch(line -> line.contains(session.split("=")[1].substring(0, 16)))
                    .noneMatch(line -> line.contains("5".repeat(16)));
        }
    }

    @Test
    void who_signs_in_finds_an_accessible_page() {
        try (var browser = new Browser()) {
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                var page = browser.page(scheme);
                page.navigate(server + "ui/jobs");
                assertThat(page.locator("h1").innerText()).isEqualTo("Sign in");
                Looks.check(page, "sign-in", scheme);
                page.getByLabel("API key").fill("wrong");
                page.getByLabel("API key").press("Enter");
                assertThat(page.getByRole(AriaRole.ALERT).innerText()).contains("opens nothing");
                Looks.check(page, "sign-in-refused", scheme);
                page.getByLabel("API key").fill(OPERATOR);
                page.getByLabel("API key").press("Enter");
                page.waitForURL(server.toString());
                assertThat(page.locator("h1").innerText()).isEqualTo("Overview");
                page.context().close();
            }
            assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("403"));
        }
    }

    private HttpResponse<String> signIn(String key) throws Exception {
        return send(
                request(
                                "POST",
                                "ui/sign-in",
                                "key=" + URLEncoder.encode(key, StandardCharsets.UTF_8),
                                "")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Origin", origin()));
    }

    private static String session(HttpResponse<?> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    private String key(String tenant, String role) throws Exception {
        var answer =
                send(
                        HttpRequest.newBuilder(server.resolve("v1/keys"))
                                .header("Authorization", "Bearer " + OPERATOR)
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofString(
                                                "{\"tenant\": \"%s\", \"role\": \"%s\", \"name\": \"browser\"}"
                                                        .formatted(tenant, role))));
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8)).at("/key").asText();
    }

    private HttpRequest.Builder json(String path, String cookie) {
        return request("POST", path, HELLO, cookie).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder request(String method, String path, String body, String cookie) {
        var request =
                HttpRequest.newBuilder(URI.create(server + path))
                        .method(method, BodyPublishers.ofString(body));
        return cookie.isEmpty() ? request : request.header("Cookie", cookie);
    }

    private String origin() {
        return "http://" + server.getAuthority();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
