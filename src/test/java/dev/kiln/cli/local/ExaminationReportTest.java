package dev.kiln.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.doctor.AttackClass;
import dev.kiln.doctor.Examination;
import dev.kiln.doctor.Finding;
import dev.kiln.doctor.Outcome;
import dev.kiln.sandbox.SecurityReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people and programs are told of an examination. */
class ExaminationReportTest {
    private static final Examination MIXED =
            new Examination(
                    List.of(
                            finding(
                                    AttackClass.TIME,
                                    new Outcome.Held("timed out", "after 1001 ms")),
                            finding(
                                    AttackClass.NETWORK,
                                    new Outcome.Violated("reached", "1.1.1.1")),
                            finding(
                                    AttackClass.DISK,
                                    new Outcome.NotTried("no engine", "\u001b[2J"))));

    @Test
    void the_table_has_a_row_for_each_guarantee_and_marks_what_did_not_hold() {
        var lines = new ExaminationReport(security(true), MIXED).table(200).lines().toList();

        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).contains("ATTACK", "MUST HAPPEN", "HAPPENED", "EVIDENCE");
        assertThat(lines.get(1)).startsWith("✓").contains("network disabled", "no way out");
        assertThat(lines.get(2)).startsWith("✓").contains("time", "timed out", "after 1001 ms");
        assertThat(lines.get(3)).startsWith("✗").contains("network", "reached");
        assertThat(lines.get(4)).startsWith("?").doesNotContain("\u001b");
    }

    @Test
    void the_document_says_of_each_guarantee_whether_it_held() {
        var json = new ExaminationReport(security(true), MIXED).json();

        assertThat(json.path("good").asBoolean()).isFalse();
        assertThat(json.path("guarantees").findValuesAsText("outcome"))
                .containsExactly("held", "violated", "not_tried");
        assertThat(json.path("guarantees").get(1).path("evidence").asText()).isEqualTo("1.1.1.1");
        assertThat(json.path("guarantees").get(1).path("class").asText()).isEqualTo("network");
    }

    @Test
    void a_probe_that_failed_makes_the_whole_bad_whatever_was_withstood() {
        var withstood =
                new Examination(List.of(finding(AttackClass.TIME, new Outcome.Held("ended", ""))));

        assertThat(new ExaminationReport(security(true), withstood).good()).isTrue();
        assertThat(new ExaminationReport(security(false), withstood).good()).isFalse();
        assertThat(new ExaminationReport(security(true), MIXED).good()).isFalse();
        assertThat(new ExaminationReport(security(false), withstood).table(200)).contains("✗");
    }

    private static SecurityReport security(boolean passed) {
        return new SecurityReport(
                List.of(new SecurityReport.Probe("network_disabled", passed, true, "no way out")),
                new SecurityReport.Facts("runsc", "1", "systrap", "2", "27.0", "6.1"),
                Instant.EPOCH);
    }

    private static Finding finding(AttackClass kind, Outcome outcome) {
        return new Finding(kind, "an attack", "a guarantee", outcome, Duration.ofMillis(5));
    }
}
