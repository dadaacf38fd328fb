package dev.kiln.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.kiln.testing.HttpJobs.limited;
import static dev.kiln.testing.HttpJobs.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.kiln.testing.Browser;
import dev.kiln.testing.HttpJobs;
import dev.kiln.testing.Looks;
import dev.kiln.testing.RealProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
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
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final Duration SOON = Duration.ofSeconds(60);

    private static Browser browser;

    @TestHTTPResource("/")
    URI server;

    @Inject OverviewResource overview;

    private HttpJobs jobs;
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
        jobs = new HttpJobs(HTTP, server);
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
        String id = jobs.submit(python("import time\nprint('on', flush=True)\ntime.sleep(600)"));
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
        String good = jobs.submit(labelled("print(1)", team));
        String bad = jobs.submit(labelled("raise SystemExit(1)", team));
        String late = jobs.submit(limited(labelled("while True: pass", team), "timeout", 0.3));
        jobs.awaitEnd(good);
        jobs.awaitEnd(bad);
        jobs.awaitEnd(late);

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
    void the_overview_shows_workers_and_what_ended_and_follows_the_queue() throws Exception {
        jobs.awaitEnd(jobs.submit(python("print(1)")));
        go("");
        assertThat(page.locator("[data-live=workers]")).containsText("gvisor");
        assertThat(page.locator("[data-live=workers]")).containsText("live");
        assertThat(page.locator("[data-live=workers]")).containsText("Warm sandboxes");
        page.waitForFunction(
                "() => Chart.getChart(document.querySelector('[data-chart=results]'))?.data.datasets[0].data.some(n => n > 0)");
        page.getByText("The figures, minute by minute").click();
        assertThat(page.locator("[data-live=pace] tbody tr").first()).isVisible();

        String tenant = "t" + UUID.randomUUID();
        jobs.post("v1/tenants/" + tenant + ":cap?max_running=1");
        var sleeps =
                python("import time; time.sleep(600)").put("tenant", tenant).put("priority", 7);
        String first = jobs.submit(sleeps);
        String second = jobs.submit(sleeps);
        var row =
                page.locator("[data-live=queue] tbody tr")
                        .filter(new Locator.FilterOptions().setHasText(tenant));
        assertThat(row.locator("td")).hasText(new String[] {"7", "1"});
        jobs.cancel(second);
        jobs.cancel(first);
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
    void a_jobs_page_has_its_whole_way_with_the_time_of_each_step() throws Exception {
        String id = jobs.submit(python("print(1)"));
        jobs.awaitEnd(id);
        await().atMost(SOON)
                .until(
                        () -> {
                            go("ui/jobs/" + id);
                            return page.locator(".timeline .moment").count() == 6;
                        });
        assertThat(page.locator(".timeline strong").allInnerTexts())
                .containsExactly(
                        "Submitted", "Queued", "Claimed", "Started", "Finished", "Event published");
        assertThat(page.locator(".timeline .moment").allInnerTexts()).isSorted();
        int startup = jobs.job(id).at("/result/start_ms").asInt(-1);
        assertThat(startup).isPositive();
        assertThat(page.locator(".timeline"))
                .containsText(
                        "the program, %s after the claim".formatted(Words.millis((long) startup)));
    }

    @Test
    void a_page_that_nobody_sees_holds_no_connection_and_goes_on_when_it_is_seen() {
        await().atMost(SOON).until(() -> overview.viewers() == 0);
        go("");
        await().atMost(SOON).until(() -> overview.viewers() == 1);
        turn("hidden");
        await().atMost(SOON).until(() -> overview.viewers() == 0);
        turn("visible");
        await().atMost(SOON).until(() -> overview.viewers() == 1);
        assertThat(page.locator("#stale")).isEmpty();
    }

    /** As if another tab were before this one, or none. */
    private void turn(String visibility) {
        page.evaluate(
                "state => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }",
                visibility);
    }

    @Test
    void a_question_for_the_head_of_a_stream_takes_no_viewers_place() throws Exception {
        await().atMost(SOON).until(() -> overview.viewers() == 0);
        var head =
                jobs.send(
                        jobs.request("ui/overview/events").method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/event-stream");
        assertThat(overview.viewers()).isZero();
    }

    @Test
    void a_batch_shows_how_far_it_is() throws Exception {
        String batch = "b" + UUID.randomUUID();
        jobs.awaitEnd(jobs.submit(python("print(1)").put("batch", batch)));
        jobs.awaitEnd(jobs.submit(python("raise SystemExit(1)").put("batch", batch)));
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
                jobs.submit(
                        python(
                                        "for i in range(16):\n    print(f'\\x1b[38;5;{i}mcolour {i}\\x1b[0m', end=' ')\nprint('\\x1b[1;2;4mall \\u202e')")
                                .put("batch", batch));
        jobs.awaitEnd(id);
        String late =
                jobs.submit(
                        limited(python("while True: pass").put("batch", batch), "timeout", 0.3));
        jobs.awaitEnd(late);
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
                Looks.check(each, entry.getKey(), scheme);
            }
            each.context().close();
        }
    }

    private static ObjectNode labelled(String code, String team) {
        var job = python(code);
        job.putObject("labels").put("team", team);
        return job;
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
}
