package dev.kiln.cli.bench;

import dev.kiln.cli.bench.peers.PeersCommand;
import dev.kiln.cli.bench.queue.ClaimCommand;
import dev.kiln.cli.bench.queue.QueueCommand;
import dev.kiln.cli.bench.queue.ScaleCommand;
import dev.kiln.cli.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The benchmarks, each a subcommand. */
@Command(
        name = "bench",
        description = "Measure Kiln, and beside it what else there is, on this machine.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "BENCHMARK")
public final class BenchCommand implements Runnable {
    @Spec private CommandSpec spec;

    private BenchCommand() {}

    /** With all benchmarks; they print there. */
    public static CommandLine with(Terminal terminal) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new LatencyCommand(terminal))
                .addSubcommand(new ThroughputCommand(terminal))
                .addSubcommand(new WorkCommand(terminal))
                .addSubcommand(new MemoryCommand(terminal))
                .addSubcommand(new WaitersCommand(terminal))
                .addSubcommand(new QueueCommand(terminal))
                .addSubcommand(new ClaimCommand(terminal))
                .addSubcommand(new ScaleCommand(terminal))
                .addSubcommand(new PeersCommand(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say which benchmark: " + String.join(", ", spec.subcommands().keySet()));
    }
}
