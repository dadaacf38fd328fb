package dev.kiln.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.kiln.testing.HttpJobs.python;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.kiln.testing.Browser;
import dev.kiln.testing.HttpJobs;
import dev.kiln.testing.RealProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs write and call their files does nothing in a real Chromium. */
@QuarkusTest
@TestProfile(RealProfile.class)
class HostilePagesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Browser browser;

    @TestHTTPResource("/")
    URI server;

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
    void hostile_output_and_names_do_nothing() throws Exception {
        String evil = "<img src=x onerror=owned=1><script>owned=1</script></pre>";
        String id =
                jobs.submit(
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
    void a_file_with_a_hostile_name_is_text_and_comes_as_a_download_and_nothing_else()
            throws Exception {
        String name = "\"><img src=x onerror=owned=1>?b#c;d%41\u202egnp.html";
        String content = "<script>owned=1</script>";
        var job =
                python(
                        "import os\nos.mkdir('out')\nopen('out/' + %s, 'w').write(%s)"
                                .formatted(
                                        JSON.writeValueAsString(name),
                                        JSON.writeValueAsString(content)));
        job.putArray("artifacts").add("out/*");
        String id = jobs.submit(job);
        jobs.awaitEnd(id);
        go("ui/jobs/" + id);
        var link = page.locator("#artifacts a");
        assertThat(link).hasText("out/" + name.replace("\u202e", "[U+202E]"));
        assertThat(page.locator("#artifacts img")).hasCount(0);

        var download = page.waitForDownload(link::click);
        assertThat(Files.readString(download.path())).isEqualTo(content);
        assertThat(download.suggestedFilename()).endsWith(".html").doesNotContain("\u202e", "/");
        var direct = jobs.send(jobs.request(link.getAttribute("href")));
        assertThat(direct.body()).isEqualTo(content);
        assertThat(direct.headers().map())
                .satisfies(
                        headers -> {
                            assertThat(headers.get("content-disposition"))
                                    .containsExactly("attachment");
                            assertThat(headers.get("x-content-type-options"))
                                    .containsExactly("nosniff");
                            assertThat(headers.get("content-type"))
                                    .containsExactly("application/octet-stream");
                        });
        assertThat(page.evaluate("() => typeof owned")).isEqualTo("undefined");
    }

    private void go(String path) {
        page.navigate(server + path);
    }
}
