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
import java.util.List;
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

    /** Their names, in the order of the help. */
    static final List<String> COMMANDS =
            List.of(
                    "submit",
                    "batch",
                    "result",
                    "list",
                    "cancel",
                    "retry",
                    "rerun",
                    "workers",
                    "cordon",
                    "uncordon",
                    "cap",
                    "keys",
                    "up",
                    "demo",
                    "bench",
                    "chaos",
                    "run",
                    "doctor",
                    "completion");

    private Main() {}

    /** Ends the JVM with the command's exit code. */
    public static void main(String... args) {
        System.exit(run(Terminal.ofThisProcess(), args));
    }

    /** Carries out one command and gives its exit code. */
    static int run(Terminal terminal, String... args) {
        var line = line(terminal, needed(args));
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.max(60, Math.min(120, terminal.columns())));
        line.setExecutionExceptionHandler((failure, command, parsed) -> explain(terminal, failure));
        line.setParameterExceptionHandler((failure, arguments) -> explain(terminal, failure));
        return line.execute(args);
    }

    /** The commands of these names. */
    static CommandLine line(Terminal terminal, List<String> names) {
        var line = new CommandLine(new Main());
        names.forEach(name -> line.addSubcommand(command(name, terminal)));
        line.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        return line;
    }

    /**
     * To make a command known costs as much as to carry a small one out: where one is named, the
     * others are left out.
     */
    private static List<String> needed(String... args) {
        return args.length > 0 && COMMANDS.contains(args[0]) ? List.of(args[0]) : COMMANDS;
    }

    private static Object command(String name, Terminal terminal) {
        return switch (name) {
            case "submit" -> new SubmitCommand(terminal);
            case "batch" -> new BatchCommand(terminal);
            case "result" -> new ResultCommand(terminal);
            case "list" -> new ListCommand(terminal);
            case "cancel" -> new CancelCommand(terminal);
            case "retry" -> new RetryCommand(terminal);
            case "rerun" -> new RerunCommand(terminal);
            case "workers" -> new WorkersCommand(terminal);
            case "cordon" -> new CordonCommand(terminal);
            case "uncordon" -> new UncordonCommand(terminal);
            case "cap" -> new CapCommand(terminal);
            case "keys" -> KeysCommand.with(terminal);
            case "up" -> new UpCommand(terminal);
            case "demo" -> new DemoCommand(terminal);
            case "bench" -> BenchCommand.with(terminal);
            case "chaos" -> new ChaosCommand(terminal);
            case "run" -> new RunCommand(terminal);
            case "doctor" -> new DoctorCommand(terminal);
            case "completion" -> new CompletionCommand(terminal, () -> line(terminal, COMMANDS));
            default -> throw new IllegalArgumentException("no such command: " + name);
        };
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
