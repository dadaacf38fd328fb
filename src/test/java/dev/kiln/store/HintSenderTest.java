package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.JobId;
import dev.kiln.testing.Jobs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HintSenderTest {
    @Test
    void any_number_of_ids_goes_in_texts_that_postgres_takes() {
        List<JobId> jobs = Stream.generate(Jobs::id).limit(1_001).toList();
        var hints = HintSender.hints(HintChannel.ENDED, jobs);
        assertThat(hints)
                .hasSize(6)
                .allSatisfy(
                        hint -> {
                            assertThat(hint.channel()).isEqualTo(HintChannel.ENDED);
                            assertThat(hint.text()).hasSizeLessThan(8_000);
                        });
        assertThat(
                        hints.stream()
                                .flatMap(hint -> Arrays.stream(hint.text().split(",")))
                                .map(JobId::parse))
                .containsExactlyElementsOf(jobs);
        assertThat(HintSender.hints(HintChannel.LIVE, List.of())).isEmpty();
    }
}
