package dev.kiln.cli;

import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Prints what makes a shell complete commands and options. */
@Command(
        name = "completion",
        description = "Print a script that has bash or zsh complete commands and options.",
        footer = {"", "  source <(./kiln completion)"},
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {

    private final Terminal terminal;
    private final Supplier<CommandLine> all;

    /** Of all these commands. */
    CompletionCommand(Terminal terminal, Supplier<CommandLine> all) {
        this.terminal = terminal;
        this.all = all;
    }

    @Override
    public Integer call() {
        terminal.out().print(AutoComplete.bash("kiln", all.get()));
        return ExitCode.SUCCEEDED;
    }
}
