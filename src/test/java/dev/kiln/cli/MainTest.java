package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.terminal.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

    @Test
    void help_names_every_command() {
        var run = CommandLineRun.of("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains(Main.COMMANDS);
    }

    @Test
    void every_command_has_help_of_its_own() {
        for (String command : Main.COMMANDS) {
            var run = CommandLineRun.of(command, "--help");
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).startsWith("Usage: kiln " + command);
        }
    }

    /** But for those that print something else than what they found out. */
    @Test
    void every_command_speaks_json() {
        var leaves = new TreeMap<String, CommandLine>();
        collect(Main.line(terminal(), Main.COMMANDS), leaves);
        assertThat(leaves).containsKeys("kiln submit", "kiln cancel", "kiln bench waiters");
        leaves.remove("kiln completion");
        assertThat(leaves)
                .allSatisfy(
                        (name, command) ->
                                assertThat(command.getCommandSpec().findOption("--json"))
                                        .as(name)
                                        .isNotNull());
    }

    private static void collect(CommandLine command, Map<String, CommandLine> leaves) {
        if (command.getSubcommands().isEmpty()) {
            leaves.put(command.getCommandSpec().qualifiedName(), command);
        }
        command.getSubcommands().values().forEach(each -> collect(each, leaves));
    }

    private static Terminal terminal() {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new Terminal(nowhere, nowhere, false, false, 100);
    }

    @Test
    void the_script_of_completion_is_one_that_bash_takes_and_knows_commands_and_options()
            throws Exception {
        var run = CommandLineRun.of("completion");
        assertThat(run.exitCode()).isZero();
        var bash = new ProcessBuilder("bash", "-s").redirectErrorStream(true).start();
        try (var script = bash.getOutputStream()) {
            script.write(run.out().getBytes(StandardCharsets.UTF_8));
            script.write(
                    """

                    compopt() { :; } # which bash allows in a completion alone
                    COMP_WORDS=(kiln res); COMP_CWORD=1; _complete_kiln; echo "${COMPREPLY[@]}"
                    COMP_WORDS=(kiln submit --fol); COMP_CWORD=2; _complete_kiln; echo "${COMPREPLY[@]}"
                    """
                            .getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said.lines().map(String::strip)).containsExactly("result", "--follow");
    }

    @Test
    void the_version_is_one_line() {
        assertThat(CommandLineRun.of("--version").out()).startsWith("kiln ").hasLineCount(1);
    }

    @Test
    void a_misspelt_option_is_two_lines_and_exit_code_two() {
        assertThat(CommandLineRun.of("result", "j-1", "--wiat"))
                .isEqualTo(
                        new CommandLineRun(
                                2,
                                "",
                                "kiln: Unknown option: '--wiat'\ntry: kiln result --help\n"));
    }

    @Test
    void no_command_at_all_is_exit_code_two() {
        assertThat(CommandLineRun.of().exitCode()).isEqualTo(2);
    }
}
