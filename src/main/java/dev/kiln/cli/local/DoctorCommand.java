package dev.kiln.cli.local;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Progress;
import dev.kiln.cli.terminal.SafeText;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.doctor.AttackClass;
import dev.kiln.doctor.Doctor;
import dev.kiln.doctor.DoctorSandbox;
import dev.kiln.doctor.Examination;
import dev.kiln.intake.PolicyConfig;
import dev.kiln.local.LocalConfig;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.docker.SandboxConfig;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Attacks this host and says what it withstood. */
@Command(
        name = "doctor",
        description =
                "Attack this host's sandbox with hostile programs and print which guarantees held. The exit code is 0 if all did, 1 if one did not or could not be tried.",
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {

    /** Into a file or a pipe goes the whole of what was found, nearly always. */
    private static final int WHOLE = 400;

    private final Terminal terminal;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(
            names = "--only",
            paramLabel = "CLASS",
            split = ",",
            description =
                    "Attack only this: time, memory, processes, output, disk, network, identity, status, inputs, artifacts, neighbours; repeat it for more.")
    private List<AttackClass> only = List.of();

    /** Tells what it finds there. */
    public DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        long start = System.nanoTime();
        QuietLog.silence();
        var local = LocalConfig.read(SandboxConfig.class, PolicyConfig.class);
        var config = local.sandbox();
        var policy = local.get(PolicyConfig.class);
        ExaminationReport report;
        try (var sandbox = DoctorSandbox.open(config);
                var progress = new Progress(terminal)) {
            var security = sandbox.validateSecurity();
            // Where jobs may have a network it is attacked in any case: not tried is not held.
            boolean network = security.passed(SecurityReport.NETWORK) || policy.network();
            if (!network) {
                terminal.err()
                        .println(
                                "No job gets a network here, so none was attacked from: neither has this host one for them, nor does kiln.policy.network allow it.");
            }
            var doctor = new Doctor(sandbox, config.home(), network);
            report = new ExaminationReport(security, examine(doctor, progress));
        }
        if (json) {
            terminal.out().println(Json.line(report.json()));
        } else {
            terminal.out()
                    .print(report.table(terminal.outIsTerminal() ? terminal.columns() : WHOLE));
            sayHowItEnded(report, Duration.ofNanos(System.nanoTime() - start));
        }
        return report.good() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    private Examination examine(Doctor doctor, Progress progress) throws InterruptedException {
        Set<AttackClass> classes =
                only.isEmpty() ? EnumSet.allOf(AttackClass.class) : EnumSet.copyOf(only);
        var done = new AtomicInteger();
        return doctor.examine(
                classes,
                finding -> {
                    int number = done.incrementAndGet();
                    if (terminal.errIsTerminal()) {
                        progress.show(
                                "%d done: %s, %s"
                                        .formatted(
                                                number, finding.kind().title(), finding.attack()));
                    }
                });
    }

    private void sayHowItEnded(ExaminationReport report, Duration took) {
        for (var probe : report.security().insufficient()) {
            terminal.err()
                    .println(
                            SafeText.inline(
                                    "kiln: %s: %s".formatted(probe.name(), probe.detail())));
        }
        Examination examination = report.examination();
        for (var finding : examination.bad()) {
            terminal.err()
                    .println(
                            SafeText.inline(
                                    "kiln: %s, %s: it must be that: %s. But: %s. %s"
                                            .formatted(
                                                    finding.kind().title(),
                                                    finding.attack(),
                                                    finding.guarantee(),
                                                    finding.outcome().happened(),
                                                    finding.outcome().evidence())));
        }
        var facts = report.security().facts();
        terminal.err()
                .printf(
                        "%s %s (%s), cgroup v%s, engine %s, kernel %s%n",
                        facts.runtime(),
                        facts.runtimeVersion(),
                        facts.platform(),
                        facts.cgroupVersion(),
                        facts.engineVersion(),
                        facts.kernel());
        int all = examination.findings().size();
        terminal.err()
                .printf(
                        "%d of %d guarantees held (%s)%n",
                        all - examination.bad().size(), all, Spans.of(took));
    }
}
