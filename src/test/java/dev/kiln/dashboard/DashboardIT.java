package dev.kiln.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.kiln.testing.Browser;
import dev.kiln.testing.RealProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pages in a real Chromium, with real jobs under gVisor. */
@QuarkusTest
@TestProfile(RealProfile.class)
class DashboardIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Pictures for the documentation are made where this says so. */
    private static final String PICTURES = System.getProperty("dashboard.pictures", "");

    private static Browser browser;

    @TestHTTPResource("/")
    URI server;

    private Page page;

    @BeforeAll
    static void open() {
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        browser.close();
        HTTP.close();
    }

    @BeforeEach
    void newPage() {
        page = browser.page(ColorScheme.LIGHT);
    }

    @AfterEach
    void nothingWasComplainedOf() {
        page.context().close();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void a_job_is_tried_and_its_result_appears_without_loading_the_page_again() {
        go("ui/try");
        page.evaluate("() => { window.same = 'page'; }");
        page.getByLabel("Code")
                .fill(
                        "import sys, time\nprint('first', flush=True)\ntime.sleep(2)\nprint(input()[::-1])\nsys.exit(3)");
        page.getByText("Standard input and limits").click();
        page.getByLabel("Standard input").fill("olleh\n");
        page.getByLabel("Memory").fill("128m");
        button("Run").click();
        assertThat(page.locator("#live-stdout")).containsText("first");
        assertThat(page.locator("#stdout")).hasText("first\nhello\n");
        assertThat(page.locator("#verdict")).hasText("exited with 3");
        assertThat(page.getByRole(AriaRole.STATUS)).hasText("FINISHED: exited with 3");
        assertThat(page.locator("#live")).isHidden();
        assertThat(page.evaluate("() => window.same")).isEqualTo("page");
    }

    @Test
    void what_is_wrong_with_a_job_is_said_where_it_is_tried() {
        go("ui/try");
        page.getByText("Standard input and limits").click();
        page.getByLabel("Memory").fill("1k");
        page.getByLabel("Code").press("Control+Enter");
        assertThat(page.locator("#trouble")).containsText("/sandbox/memory_limit");
        // The browser itself tells of each answer that is an error.
        assertThat(browser.complaints()).hasSize(1).first().asString().contains("400");
    }

    @Test
    void a_job_that_runs_is_cancelled_and_run_again() throws Exception {
        String id = submit(python("import time\nprint('on', flush=True)\ntime.sleep(600)"));
        go("ui/jobs/" + id);
        page.evaluate("() => { window.same = 'page'; }");
        assertThat(page.locator("#live-stdout")).containsText("on");
        button("Cancel").click();
        assertThat(page.locator("#state")).hasText("CANCELLED");
        assertThat(page.locator("#stdout")).hasText("on\n");
        assertThat(page.locator("#evidence")).containsText("According to");
        assertThat(page.evaluate("() => window.same")).isEqualTo("page");

        button("Run again").click();
        page.waitForURL(Pattern.compile(".*/ui/jobs/(?!" + id + ").*"));
        assertThat(page.getByText("The job it runs again")).isVisible();
        button("Cancel").click();
        assertThat(page.locator("#state")).hasText("CANCELLED");
    }

    @Test
    void jobs_are_filtered_and_paged() throws Exception {
        String team = UUID.randomUUID().toString();
        String good = submit(labelled("print(1)", team));
        String bad = submit(labelled("raise SystemExit(1)", team));
        String late = submit(limited(labelled("while True: pass", team), "timeout", 0.3));
        awaitEnd(good);
        awaitEnd(bad);
        awaitEnd(late);

        go("ui/jobs");
        page.getByLabel("Label").fill("team=" + team);
        button("Filter").click();
        assertThat(page.locator("#jobs tbody tr")).hasCount(3);
        page.getByLabel("Why it ended").selectOption("timed_out");
        button("Filter").click();
        assertThat(page.locator("#jobs tbody tr")).hasCount(1);
        assertThat(page.locator("#jobs tbody")).containsText(late);
        assertThat(page.getByLabel("Label")).hasValue("team=" + team);

        go("ui/jobs?limit=1&label=team%3D" + team);
        assertThat(page.locator("#jobs tbody")).containsText(late);
        page.getByText("Older jobs").click();
        assertThat(page.locator("#jobs tbody")).containsText(bad);

        go("ui/jobs?state=NONE");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("state must be one of");
        assertThat(browser.complaints()).hasSize(1).first().asString().contains("400");
    }

    @Test
    void hostile_output_and_names_do_nothing() throws Exception {
        String evil = "<img src=x onerror=owned=1><script>owned=1</script></pre>";
        String id =
                submit(
                        python(
                                """
                                import sys, time
                                evil = %s
                                print(evil, flush=True)
                                time.sleep(1)
                                print('\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07\\x1b[2Jkept \\u202egnp.exe')
                                sys.stdout.buffer.write(b'\\xff\\x00')
                                """
                                        .formatted(JSON.writeValueAsString(evil))));
        go("ui/jobs/" + id);
        assertThat(page.locator("#stdout")).containsText(evil);
        assertThat(page.locator("#stdout .f1")).hasText("red");
        assertThat(page.locator("#stdout .mark").first()).hasText("[U+202E]");
        assertThat(page.locator("#stdout")).containsText("kept [U+202E]gnp.exe");
        assertThat(page.locator("#stdout img, #stdout script, #code img, #code script"))
                .hasCount(0);
        assertThat(page.evaluate("() => typeof owned")).isEqualTo("undefined");
        assertThat(page.title()).startsWith("Job ");

        // As it comes, too: rendered by the script and not by the server.
        String shown =
                (String)
                        page.evaluate(
                                "async text => (await import('/ui/assets/follow.js')).visible(text)",
                                "\u001b[31mred\u001b[0m \u001b]0;t\u0007a\u202eb\u0000\r\nc\u200d");
        assertThat(shown).isEqualTo("red a[U+202E]b\u2400\nc\u200d");
    }

    @Test
    void markup_in_a_page_is_not_run_even_where_it_gets_in() {
        go("ui/jobs");
        page.evaluate(
                "() => { window.violations = []; document.addEventListener('securitypolicyviolation', e => window.violations.push(e.effectiveDirective)); }");
        page.evaluate(
                "() => { document.getElementById('main').innerHTML = '<img src=x onerror=\"window.owned=1\">'; }");
        page.waitForFunction("() => window.violations.includes('script-src-attr')");
        assertThat(page.evaluate("() => window.owned === undefined")).isEqualTo(true);
        assertThat(browser.complaints()).anyMatch(c -> c.contains("Content Security Policy"));
    }

    @Test
    void the_overview_shows_workers_and_what_ended_and_follows_the_queue() throws Exception {
        awaitEnd(submit(python("print(1)")));
        go("");
        assertThat(page.locator("[data-live=workers]")).containsText("gvisor");
        assertThat(page.locator("[data-live=workers]")).containsText("live");
        assertThat(page.locator("[data-live=workers]")).containsText("Warm sandboxes");
        page.waitForFunction(
                "() => Chart.getChart(document.querySelector('[data-chart=results]'))?.data.datasets[0].data.some(n => n > 0)");
        page.getByText("The figures, minute by minute").click();
        assertThat(page.locator("[data-live=pace] tbody tr").first()).isVisible();

        String tenant = "t" + UUID.randomUUID();
        post("v1/tenants/" + tenant + ":cap?max_running=1");
        var sleeps =
                python("import time; time.sleep(600)").put("tenant", tenant).put("priority", 7);
        String first = submit(sleeps);
        String second = submit(sleeps);
        var row =
                page.locator("[data-live=queue] tbody tr")
                        .filter(new Locator.FilterOptions().setHasText(tenant));
        assertThat(row.locator("td")).hasText(new String[] {"7", "1"});
        cancel(second);
        cancel(first);
        assertThat(row).hasCount(0);
    }

    @Test
    void a_page_tells_when_it_is_not_updated_and_comes_back_after_a_refusal() {
        var asked = new AtomicInteger();
        page.route(
                "**/ui/overview/events",
                route -> {
                    if (asked.getAndIncrement() == 0) {
                        route.fulfill(new Route.FulfillOptions().setStatus(503));
                    } else {
                        route.resume();
                    }
                });
        go("");
        assertThat(page.locator("#stale")).containsText("Not updated at the moment");
        assertThat(page.locator("#stale"))
                .isEmpty(new LocatorAssertions.IsEmptyOptions().setTimeout(30_000));
        assertThat(browser.complaints()).anyMatch(c -> c.contains("503"));
    }

    @Test
    void a_batch_shows_how_far_it_is() throws Exception {
        String batch = "b" + UUID.randomUUID();
        awaitEnd(submit(python("print(1)").put("batch", batch)));
        awaitEnd(submit(python("raise SystemExit(1)").put("batch", batch)));
        go("ui/batches");
        assertThat(
                        page.getByRole(AriaRole.ROW)
                                .filter(new Locator.FilterOptions().setHasText(batch)))
                .containsText("2 of 2 ended");
        page.getByText(batch).click();
        assertThat(page.locator("#progress")).hasText("2 of 2 ended, 1 succeeded");
        page.getByText("Its jobs").click();
        assertThat(page.locator("#jobs tbody tr")).hasCount(2);
    }

    @Test
    void the_keyboard_reaches_all_and_is_not_caught_in_the_editor() {
        go("ui/try");
        page.keyboard().press("Tab");
        assertThat(page.getByText("Skip to the content")).isFocused();
        page.getByLabel("Code").focus();
        page.keyboard().press("Tab");
        assertThat(page.getByText("Standard input and limits")).isFocused();
        page.keyboard().press("Tab");
        assertThat(button("Run")).isFocused();
    }

    @Test
    void every_page_is_accessible_in_light_and_dark() throws Exception {
        String batch = "accessible";
        String id =
                submit(
                        python(
                                        "for i in range(16):\n    print(f'\\x1b[38;5;{i}mcolour {i}\\x1b[0m', end=' ')\nprint('\\x1b[1;2;4mall \\u202e')")
                                .put("batch", batch));
        awaitEnd(id);
        String late =
                submit(limited(python("while True: pass").put("batch", batch), "timeout", 0.3));
        awaitEnd(late);
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "");
        pages.put("jobs", "ui/jobs");
        pages.put("job", "ui/jobs/" + id);
        pages.put("try", "ui/try");
        pages.put("batches", "ui/batches");
        pages.put("batch", "ui/batches/" + batch);
        for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
            Page each = browser.page(scheme);
            for (var entry : pages.entrySet()) {
                each.navigate(server + entry.getValue());
                assertThat(each.locator("h1")).isVisible();
                if (entry.getKey().equals("overview")) {
                    each.waitForFunction("() => Chart.getChart(document.querySelector('canvas'))");
                }
                var violations = new AxeBuilder(each).analyze().getViolations();
                assertThat(
                                violations.stream()
                                        .map(
                                                v ->
                                                        v.getId()
                                                                + " "
                                                                + v.getNodes()
                                                                        .getFirst()
                                                                        .getHtml()))
                        .as("%s in %s", entry.getKey(), scheme)
                        .isEmpty();
                picture(each, entry.getKey(), scheme);
            }
            each.context().close();
        }
    }

    private static void picture(Page each, String name, ColorScheme scheme) {
        if (!PICTURES.isEmpty()) {
            String file =
                    "dashboard-%s%s.png".formatted(name, scheme == ColorScheme.DARK ? "-dark" : "");
            each.screenshot(new Page.ScreenshotOptions().setPath(Path.of(PICTURES).resolve(file)));
        }
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private void go(String path) {
        var answer = page.navigate(server + path);
        assertThat(answer.headers().get("content-security-policy"))
                .isEqualTo(
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    }

    private static ObjectNode python(String code) {
        return JSON.createObjectNode().put("language", "python").put("code", code);
    }

    private static ObjectNode labelled(String code, String team) {
        var job = python(code);
        job.putObject("labels").put("team", team);
        return job;
    }

    private static ObjectNode limited(ObjectNode job, String limit, double value) {
        job.putObject("sandbox").put(limit, value);
        return job;
    }

    private String submit(ObjectNode job) throws Exception {
        var answer =
                HTTP.send(
                        HttpRequest.newBuilder(server.resolve("v1/jobs"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(job.toString()))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body()).at("/id").asText();
    }

    private void post(String path) throws Exception {
        var answer =
                HTTP.send(
                        HttpRequest.newBuilder(server.resolve(path))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private void cancel(String id) throws Exception {
        HTTP.send(
                HttpRequest.newBuilder(server.resolve("v1/jobs/" + id)).DELETE().build(),
                BodyHandlers.discarding());
    }

    private JsonNode get(String path) throws Exception {
        return JSON.readTree(
                HTTP.send(
                                HttpRequest.newBuilder(server.resolve(path)).build(),
                                BodyHandlers.ofString())
                        .body());
    }

    private void awaitEnd(String id) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !get("v1/jobs/" + id).at("/finished_at").isNull());
    }
}
