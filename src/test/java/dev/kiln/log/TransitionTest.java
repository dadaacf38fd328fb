package dev.kiln.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransitionTest {
    private static final Logger LOG = Logger.getLogger(TransitionTest.class);
    private static final JobId JOB = JobId.parse("0193a000-0000-7000-8000-000000000001");

    private final List<String> messages = new ArrayList<>();
    private final List<Map<String, String>> keys = new ArrayList<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    var full = (ExtLogRecord) line;
                    messages.add(full.getFormattedMessage());
                    keys.add(full.getMdcCopy());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        java.util.logging.Logger.getLogger(TransitionTest.class.getName()).addHandler(handler);
    }

    @AfterEach
    void stop() {
        java.util.logging.Logger.getLogger(TransitionTest.class.getName()).removeHandler(handler);
    }

    @Test
    void the_keys_are_in_the_text_in_order_and_each_for_itself_beside_it() {
        Transition.of(new Lease(JOB, 7, "w1", 2, Instant.EPOCH))
                .states("RUNNING", "FINISHED")
                .outcome("exited")
                .exitCode(3)
                .took(Duration.ofMillis(42))
                .log(LOG);
        assertThat(messages)
                .containsExactly(
                        "jobId=%s attempt=2 epoch=7 worker=w1 from=RUNNING to=FINISHED outcome=exited exitCode=3 ms=42"
                                .formatted(JOB));
        assertThat(keys.getFirst())
                .containsEntry("jobId", JOB.toString())
                .containsEntry("epoch", "7")
                .containsEntry("outcome", "exited")
                .containsEntry("ms", "42");
        assertThat(MDC.get("jobId")).as("what the thread logs next").isNull();
    }

    @Test
    void what_is_not_known_is_left_out_and_nothing_begins_a_line_of_its_own() {
        Transition.of(JOB)
                .states(null, null)
                .outcome("re\ntry")
                .exitCode(null)
                .log(LOG, "engine said:\r\n12:00 INFO jobId=forged\u001b[2K");
        assertThat(messages)
                .containsExactly(
                        "jobId=%s outcome=re\uFFFDtry: engine said:\uFFFD\uFFFD12:00 INFO jobId=forged\uFFFD[2K"
                                .formatted(JOB));
        assertThat(keys.getFirst()).containsOnlyKeys("jobId", "outcome");
    }
}
