package dev.kiln.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Results that contradict themselves cannot be made. */
class ExecutionResultTest {
    private static final Compilation WELL = compiled(0);
    private static final Compilation BADLY = compiled(1);
    private static final Compilation CUT_SHORT = compiled(null);

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"COMPILE_FAILED", "CANCELLED"})
    void a_program_that_ran_had_no_compiler_or_one_that_succeeded(Termination termination) {
        assertThat(result(termination, null).compile()).isNull();
        assertThat(result(termination, WELL).compile()).isEqualTo(WELL);
        assertThatThrownBy(() -> result(termination, BADLY)).hasMessageContaining("compile step");
        assertThatThrownBy(() -> result(termination, CUT_SHORT))
                .hasMessageContaining("compile step");
    }

    @Test
    void a_failed_compilation_is_there_to_be_read() {
        assertThat(result(Termination.COMPILE_FAILED, BADLY).success()).isFalse();
        assertThat(result(Termination.COMPILE_FAILED, CUT_SHORT).timedOut()).isFalse();
        assertThatThrownBy(() -> result(Termination.COMPILE_FAILED, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(result(Termination.COMPILE_FAILED, WELL).success())
                .as("it made nothing that can be executed")
                .isFalse();
    }

    @Test
    void a_job_is_cancelled_before_in_or_after_its_compilation() {
        assertThat(result(Termination.CANCELLED, null).compile()).isNull();
        assertThat(result(Termination.CANCELLED, CUT_SHORT).compile()).isEqualTo(CUT_SHORT);
        assertThat(result(Termination.CANCELLED, WELL).compile()).isEqualTo(WELL);
    }

    @Test
    void no_compiler_takes_less_than_no_time() {
        assertThatThrownBy(
                        () -> new Compilation(0, Duration.ofMillis(-1), null, CapturedStream.EMPTY))
                .hasMessageContaining("PT-0.001S");
    }

    private static Compilation compiled(Integer exitCode) {
        return new Compilation(exitCode, Duration.ofMillis(5), null, CapturedStream.EMPTY);
    }

    private static ExecutionResult result(Termination termination, Compilation compilation) {
        return new ExecutionResult(
                termination,
                termination == Termination.EXITED
                        ? Integer.valueOf(0)
                        : termination == Termination.SIGNALLED ? Integer.valueOf(137) : null,
                termination == Termination.SIGNALLED ? 9 : null,
                CapturedStream.EMPTY,
                CapturedStream.EMPTY,
                compilation,
                new Usage(Duration.ZERO, null, null),
                Evidence.NONE,
                new Provenance(
                        "runsc",
                        "1",
                        "sha256:0",
                        new Limits(Duration.ofSeconds(1), 1, 1, 1, 1, 1)));
    }
}
