package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyConfigTest {
    private final PolicyConfig policy = Configs.of(Map.of()).getConfigMapping(PolicyConfig.class);

    @Test
    void a_job_that_asks_for_nothing_gets_the_documented_limits() {
        assertThat(policy.timeoutDefault()).isEqualTo(Duration.ofSeconds(30));
        assertThat(policy.memoryDefault().bytes()).isEqualTo(512L << 20);
        assertThat(policy.cpusDefault()).isEqualByComparingTo("1");
        assertThat(policy.pidsDefault()).isEqualTo(50);
        assertThat(policy.outputDefault().bytes()).isEqualTo(1 << 20);
        assertThat(policy.diskDefault().bytes()).isEqualTo(64 << 20);
    }

    @Test
    void a_job_may_ask_for_the_documented_maximum() {
        assertThat(policy.timeoutMax()).isEqualTo(Duration.ofMinutes(15));
        assertThat(policy.memoryMax().bytes()).isEqualTo(4L << 30);
        assertThat(policy.cpusMax()).isEqualByComparingTo("4");
        assertThat(policy.pidsMax()).isEqualTo(512);
        assertThat(policy.outputMax().bytes()).isEqualTo(16 << 20);
        assertThat(policy.diskMax().bytes()).isEqualTo(1L << 30);
        assertThat(policy.codeMax().bytes()).isEqualTo(1 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "kiln.policy.timeout.max, 10s",
        "kiln.policy.memory.default, 1m",
        "kiln.policy.cpus.min, 2",
        "kiln.policy.pids.max, 49",
        "kiln.policy.output.max, 1k",
        "kiln.policy.disk.min, 1g",
        "kiln.policy.timeout.min, 0s",
        "kiln.policy.cpus.min, 0",
        "kiln.policy.ttl.min, 0s",
        "kiln.policy.ttl.default, 31d",
        "kiln.policy.ttl.max, 36500d"
    })
    void a_policy_that_contradicts_itself_is_refused_at_start(String property, String value) {
        assertThatThrownBy(() -> Configs.reader(Map.of(property, value)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_doors_take_documents_of_the_documented_sizes() {
        var intake = Configs.of(Map.of()).getConfigMapping(IntakeConfig.class);
        assertThat(intake.httpMaxDocumentBytes().bytes()).isEqualTo(16 << 20);
        assertThat(intake.topicMaxDocumentBytes().bytes()).isEqualTo(1 << 20);
        assertThat(intake.httpMaxBatchBytes().bytes()).isEqualTo(64 << 20);
    }
}
