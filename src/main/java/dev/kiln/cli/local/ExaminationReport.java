package dev.kiln.cli.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Table;
import dev.kiln.doctor.Examination;
import dev.kiln.doctor.Finding;
import dev.kiln.doctor.Outcome;
import dev.kiln.sandbox.SecurityReport;

/** What the doctor found, for people and for programs. */
record ExaminationReport(SecurityReport security, Examination examination) {

    /** Whether all that was probed and all that was attacked held. */
    boolean good() {
        return security.sufficient() && examination.good();
    }

    /** A row for each attack, for a terminal of this width. */
    String table(int columns) {
        var table = new Table("", "CLASS", "ATTACK", "MUST HAPPEN", "HAPPENED", "EVIDENCE");
        for (SecurityReport.Probe probe : security.probes()) {
            table.add(
                    probe.passed() ? "✓" : "✗",
                    "probe",
                    probe.name().replace('_', ' '),
                    probe.required() ? "seen to be so" : "seen to be so, or not wanted",
                    probe.passed() ? "seen" : "not seen",
                    probe.detail());
        }
        for (Finding finding : examination.findings()) {
            table.add(
                    mark(finding.outcome()),
                    finding.kind().title(),
                    finding.attack(),
                    finding.guarantee(),
                    finding.outcome().happened(),
                    finding.outcome().evidence());
        }
        return table.render(columns);
    }

    private static String mark(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Held _ -> "✓";
            case Outcome.Violated _ -> "✗";
            case Outcome.NotTried _ -> "?";
        };
    }

    /** All of it as one document. */
    ObjectNode json() {
        var json = Json.object().put("good", good());
        var facts = security.facts();
        json.putObject("host")
                .put("runtime", facts.runtime())
                .put("runtime_version", facts.runtimeVersion())
                .put("platform", facts.platform())
                .put("cgroup_version", facts.cgroupVersion())
                .put("engine_version", facts.engineVersion())
                .put("kernel", facts.kernel());
        var probes = json.putArray("probes");
        for (SecurityReport.Probe probe : security.probes()) {
            probes.addObject()
                    .put("name", probe.name())
                    .put("passed", probe.passed())
                    .put("required", probe.required())
                    .put("detail", probe.detail());
        }
        var findings = json.putArray("guarantees");
        for (Finding finding : examination.findings()) {
            findings.addObject()
                    .put("class", finding.kind().title())
                    .put("attack", finding.attack())
                    .put("must_happen", finding.guarantee())
                    .put("outcome", name(finding.outcome()))
                    .put("happened", finding.outcome().happened())
                    .put("evidence", finding.outcome().evidence())
                    .put("ms", finding.took().toMillis());
        }
        return json;
    }

    private static String name(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Held _ -> "held";
            case Outcome.Violated _ -> "violated";
            case Outcome.NotTried _ -> "not_tried";
        };
    }
}
