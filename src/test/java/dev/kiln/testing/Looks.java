package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;

/** How a page looks: to those who cannot see it well, and in the documentation. */
public final class Looks {
    /** Pictures for the documentation are made where this says so. */
    private static final String PICTURES = System.getProperty("dashboard.pictures", "");

    private Looks() {}

    /** Fails unless axe finds nothing to complain of; then takes a picture if any are wanted. */
    public static void check(Page page, String name, ColorScheme scheme) {
        assertThat(
                        new AxeBuilder(page)
                                .analyze().getViolations().stream()
                                        .map(
                                                v ->
                                                        v.getId()
                                                                + " "
                                                                + v.getNodes()
                                                                        .getFirst()
                                                                        .getHtml()))
                .as("%s in %s", name, scheme)
                .isEmpty();
        if (!PICTURES.isEmpty()) {
            String file =
                    "dashboard-%s%s.png".formatted(name, scheme == ColorScheme.DARK ? "-dark" : "");
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(PICTURES).resolve(file)));
        }
    }
}
