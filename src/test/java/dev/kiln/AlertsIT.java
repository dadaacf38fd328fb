package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.ObservabilityFiles;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The alerts: sound, told of in the runbook, and fired when they should be. */
class AlertsIT {
    @Test
    void every_alert_has_its_section_in_the_runbook_and_every_section_an_alert() {
        var alerts = ObservabilityFiles.alerts();
        assertThat(alerts)
                .allSatisfy(
                        rule ->
                                assertThat(rule.at("/annotations/runbook").asText())
                                        .isEqualTo(
                                                "docs/RUNBOOK.md#"
                                                        + rule.at("/alert")
                                                                .asText()
                                                                .toLowerCase(Locale.ROOT)));
        assertThat(alerts)
                .extracting(rule -> rule.at("/alert").asText())
                .containsExactlyInAnyOrderElementsOf(ObservabilityFiles.runbook());
    }

    @Test
    void promtool_finds_the_rules_sound_and_they_fire_when_they_should() throws Exception {
        assertThat(ObservabilityFiles.promtool("check", "rules", "alerts.yml"))
                .contains(ObservabilityFiles.alerts().size() + " rules found");
        assertThat(ObservabilityFiles.promtool("test", "rules", "alerts.test.yml"))
                .contains("SUCCESS");
    }
}
