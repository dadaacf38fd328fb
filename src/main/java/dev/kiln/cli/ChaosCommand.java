package dev.kiln.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.chaos.Chaos;
import dev.kiln.chaos.ChaosReport;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.SafeText;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.BrokerLog;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Harms a Kiln of its own and says which promises held. */
@Command(
        name = "chaos",
        description =
                "Kill, pause, cut off and restart the parts of a Kiln of its own under load, and check afterwards that nothing was lost and nothing happened twice. The exit code is 0 if every invariant held, 1 if one did not.",
        mixinStandardHelpOptions = true)
final class ChaosCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    private final Terminal terminal;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "2",
            description =
                    "For how long there are load and faults, fractions allowed (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides load and faults; any number, told at the end, unless given.")
    private @Nullable Long seed;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    ChaosCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (!(minutes > 0 && minutes <= 600)) {
            throw new CliException("--minutes is more than 0 and at most 600, not " + minutes);
        }
        long chosen = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
        BrokerLog.quiet();
        terminal.err().printf("seed %d%n", chosen);
        ChaosReport report =
                Chaos.of(
                                chosen,
                                Duration.ofMillis((long) (minutes * 60_000)),
                                System.getenv(),
                                line -> terminal.err().println(SafeText.inline(line)))
                        .run();
        if (json) {
            terminal.out().println(Json.line(document(report)));
        } else {
            print(report);
        }
        return report.held() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    private void print(ChaosReport report) {
        for (ChaosReport.Line line : report.findings()) {
            terminal.out()
                    .printf(
                            "%s  %-10s %s (%s)%n",
                            line.held() ? "✓" : "✗",
                            line.name(),
                            line.promise(),
                            line.held()
                                    ? line.looked()
                                    : "%s; %d offend"
                                            .formatted(line.looked(), line.offenders().size()));
            line.offenders().stream()
                    .limit(SHOWN)
                    .forEach(each -> terminal.out().println("     " + SafeText.inline(each)));
        }
        terminal.out()
                .printf(
                        "%d of %d invariants held: %d jobs, %d faults; again with: ./kiln chaos --minutes %s --seed %d%n",
                        report.findings().size() - report.broken().size(),
                        report.findings().size(),
                        report.jobs(),
                        report.faults().size(),
                        String.valueOf(minutes).replaceFirst("\\.0$", ""),
                        report.seed());
    }

    private static ObjectNode document(ChaosReport report) {
        var json = Json.object().put("held", report.held()).put("seed", report.seed());
        json.put("seconds", report.seconds()).put("jobs", report.jobs());
        var faults = json.putArray("faults");
        report.faults().forEach(faults::add);
        var invariants = json.putArray("invariants");
        for (ChaosReport.Line line : report.findings()) {
            var one = invariants.addObject().put("name", line.name());
            one.put("promise", line.promise()).put("held", line.held());
            one.put("looked_at", line.looked());
            var offenders = one.putArray("offenders");
            line.offenders().forEach(offenders::add);
        }
        return json;
    }
}
