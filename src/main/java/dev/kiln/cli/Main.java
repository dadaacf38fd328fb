package dev.kiln.cli;

import dev.kiln.cli.bench.BenchCommand;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.demo.DemoCommand;
import dev.kiln.cli.local.DoctorCommand;
import dev.kiln.cli.local.RunCommand;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.SafeText;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.ServerEndedException;
import dev.kiln.embedded.ServerStartException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/**
 * The entry point of the command line. Exit code 2 always means that the command itself could not
 * be carried out.
 */
@Command(
        name = "kiln",
        description = "Runs other people's code in single-use sandboxes.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {

    private Main() {}

    /** Ends the JVM with the command's exit code. */
    public static void main(String... args) {
        System.exit(run(Terminal.ofThisProcess(), args));
    }

    /** Carries out one command and gives its exit code. */
    static int run(Terminal terminal, String... args) {
        var line =
                new CommandLine(new Main())
                        .addSubcommand(new SubmitCommand(terminal))
                        .addSubcommand(new BatchCommand(terminal))
                        .addSubcommand(new ResultCommand(terminal))
                        .addSubcommand(new ListCommand(terminal))
                        .addSubcommand(new CancelCommand(terminal))
                        .addSubcommand(new RetryCommand(terminal))
                        .addSubcommand(new RerunCommand(terminal))
                        .addSubcommand(new WorkersCommand(terminal))
                        .addSubcommand(new CordonCommand(terminal))
                        .addSubcommand(new UncordonCommand(terminal))
                        .addSubcommand(new UpCommand(terminal))
                        .addSubcommand(new DemoCommand(terminal))
                        .addSubcommand(BenchCommand.with(terminal))
                        .addSubcommand(new ChaosCommand(terminal))
                        .addSubcommand(new RunCommand(terminal))
                        .addSubcommand(new DoctorCommand(terminal));
        line.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.max(60, Math.min(120, terminal.columns())));
        line.setExecutionExceptionHandler((failure, command, parsed) -> explain(terminal, failure));
        line.setParameterExceptionHandler((failure, arguments) -> explain(terminal, failure));
        return line.execute(args);
    }

    private static int explain(Terminal terminal, ParameterException failure) {
        say(terminal, failure.getMessage());
        terminal.err()
                .println(
                        "try: "
                                + failure.getCommandLine().getCommandSpec().qualifiedName()
                                + " --help");
        return ExitCode.REFUSED;
    }

    private static int explain(Terminal terminal, Exception failure) {
        switch (failure) {
            case CliException _, ServerStartException _ -> {
                say(terminal, failure.getMessage());
                return ExitCode.REFUSED;
            }
            case ServerEndedException ended -> {
                say(terminal, ended.getMessage());
                return ended.exitCode() == 0 ? ExitCode.REFUSED : ended.exitCode();
            }
            default -> {
                say(terminal, "this is a defect of Kiln: " + failure);
                failure.printStackTrace(terminal.err());
                return ExitCode.REFUSED;
            }
        }
    }

    private static void say(Terminal terminal, @Nullable String text) {
        String message = String.valueOf(text);
        terminal.err()
                .println(
                        SafeText.lines(
                                message.startsWith("kiln: ") ? message : "kiln: " + message));
    }

    /** Whatever was built: a jar knows its version, a folder of classes does not. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"kiln " + Optional.ofNullable(version).orElse("(not packaged)")};
        }
    }
}
