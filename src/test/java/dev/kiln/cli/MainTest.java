package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
