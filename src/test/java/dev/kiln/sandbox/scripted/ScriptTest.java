package dev.kiln.sandbox.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scripts can say, beyond what every sandbox does. */
class ScriptTest {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(1), 128 << 20, 1.0, 50, 1000, 16 << 20);

    @Test
    void steps_follow_each_other_up_to_the_end() throws Exception {
        var result =
                run(2, "# a remark\n\nprint a  b\nsleep 5\nprint\nprint-epoch\nexit 4\nprint no");

        assertThat(result.stdout().text()).isEqualTo("a  b\n\nepoch 2\n");
        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.provenance().runtime()).isEqualTo("scripted");
    }

    @Test
    void without_an_end_of_its_own_it_exits_with_0() throws Exception {
        assertThat(run(1, "").success()).isTrue();
    }

    @Test
    void a_wall_limit_cuts_a_sleep_short() throws Exception {
        var result = run(1, "sleep 100000");

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
    }

    @Test
    void a_limit_can_be_met_without_waiting_for_it() throws Exception {
        assertThat(run(1, "time-out").evidence().reached()).isEqualTo(1000);
        assertThat(run(1, "out-of-memory").oomKilled()).isTrue();
    }

    @Test
    void a_fault_of_the_first_claims_is_over_after_them() throws Exception {
        String code = "fault-first 2 sandbox the sentry crashed\nexit 7";

        assertThatThrownBy(() -> run(2, code))
                .isInstanceOf(SandboxFault.class)
                .hasMessage("the sentry crashed");
        assertThat(run(3, code).exitCode()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
            prnt a              | there is no step prnt
            sleep soon          | 'soon' is not a whole number
            exit 256            | '256' is not a whole number of 0 to 255
            signal 0            | '0' is not a whole number of 1 to 64
            fault nobody x      | a fault is one of sandbox, needs or host, not nobody
            fault-first x host  | 'x' is not a whole number
            """)
    void what_is_no_step_is_told_as_an_interpreter_would(String line, String sentence)
            throws Exception {
        var result = run(1, "print before\n" + line);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.stderr().text()).startsWith("line 2: ").contains(sentence);
        assertThat(result.stdout().produced()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "true,127.0.0.1,false",
        "true,::1,false",
        "true,0.0.0.0,true",
        "true,192.0.2.1,true",
        "false,0.0.0.0,false"
    })
    void is_refused_where_others_can_reach_it(boolean on, String address, boolean refused) {
        var config =
                new ScriptedConfig() {
                    @Override
                    public boolean scripted() {
                        return on;
                    }

                    @Override
                    public boolean scriptedAlone() {
                        return false;
                    }
                };

        assertThat(config.refusal(new InetSocketAddress(address, 8080)).isPresent())
                .isEqualTo(refused);
    }

    private static ExecutionResult run(long epoch, String code) throws Exception {
        return new ScriptedSandbox()
                .run(
                        new Tag("w", JobId.next(Instant.now()), epoch),
                        new Program(
                                "scripted",
                                code.getBytes(StandardCharsets.UTF_8),
                                new byte[0],
                                List.of(),
                                Map.of(),
                                List.of(),
                                Needs.NOTHING),
                        LIMITS,
                        new StopSignal());
    }
}
