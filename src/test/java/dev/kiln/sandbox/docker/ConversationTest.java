package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConversationTest {
    private final Conversation conversation = new Conversation();

    @Test
    void the_end_of_the_channel_answers_everyone_who_waits() {
        conversation.over(new Conversation.End.Silent());

        assertThat(conversation.ready()).isCompletedWithValue(null);
        assertThat(conversation.started()).isCompletedWithValue(null);
        assertThat(conversation.end()).isCompletedWithValue(new Conversation.End.Silent());
    }

    @Test
    void the_first_end_stands() {
        conversation.over(new Conversation.End.Told(15));
        conversation.over(new Conversation.End.Silent());

        assertThat(conversation.end().join()).isEqualTo(new Conversation.End.Told(15));
    }

    @Test
    void more_output_than_the_cap_is_not_believed() throws Exception {
        conversation.expectOutput(4);
        conversation.onOutput(false, ByteBuffer.wrap(new byte[3]));

        assertThatThrownBy(() -> conversation.onOutput(false, ByteBuffer.wrap(new byte[2])))
                .isInstanceOf(MalformedReport.class);
        assertThat(conversation.stdout().kept()).hasSize(3);
    }

    @Test
    void output_before_the_spec_was_sent_is_not_believed() {
        assertThatThrownBy(() -> conversation.onOutput(true, ByteBuffer.wrap(new byte[1])))
                .isInstanceOf(MalformedReport.class);
    }

    @Test
    void a_report_must_agree_with_the_output_that_came() throws Exception {
        conversation.expectOutput(4);
        conversation.onOutput(false, ByteBuffer.wrap(new byte[] {1, 2}));

        assertThatThrownBy(() -> conversation.onEnded(report(3, 0)))
                .isInstanceOf(MalformedReport.class);
        assertThatThrownBy(() -> conversation.onEnded(report(1, 0)))
                .isInstanceOf(MalformedReport.class);
        assertThatThrownBy(() -> conversation.onEnded(report(2, 9)))
                .isInstanceOf(MalformedReport.class);
        conversation.onEnded(report(2, 0));
        assertThat(conversation.end()).isCompleted();
    }

    @Test
    void what_was_produced_beyond_the_cap_is_known_also_without_a_report() throws Exception {
        conversation.expectOutput(2);
        conversation.onOutput(false, ByteBuffer.wrap(new byte[] {1, 2}));
        conversation.onProduced(100, 0);

        assertThat(conversation.stdout().produced()).isEqualTo(100);
        assertThat(conversation.stdout().truncated()).isTrue();
        assertThat(conversation.stderr().truncated()).isFalse();
    }

    @Test
    void the_end_of_the_channel_answers_who_waits_for_the_compiler() {
        conversation.over(new Conversation.End.Silent());

        assertThat(conversation.compiler().started()).isCompletedWithValue(null);
        assertThat(conversation.compiler().ended()).isCompletedWithValue(null);
    }

    @Test
    void a_start_is_dated_back_by_what_it_was_held_and_by_no_more_than_a_second() {
        long before = System.nanoTime();
        conversation.onStarted(Duration.ofHours(1));
        conversation.onCompiling(Duration.ofMillis(200));

        assertThat(conversation.started().join().nanoTime() - before)
                .isGreaterThanOrEqualTo(-Duration.ofSeconds(1).toNanos());
        assertThat(conversation.compiler().started().join().nanoTime() - System.nanoTime())
                .isLessThanOrEqualTo(-Duration.ofMillis(200).toNanos());
    }

    @Test
    void a_compiler_that_succeeded_is_no_end_yet() throws Exception {
        conversation.compiler().expectOutput(4);
        conversation.onCompiling(Duration.ZERO);
        conversation.onCompilerOutput(ByteBuffer.wrap(new byte[] {1, 2}));
        conversation.onCompiled(report(2, 0));

        assertThat(conversation.compiler().ended()).isCompletedWithValue(report(2, 0));
        assertThat(conversation.end()).isNotCompleted();
        assertThat(conversation.started()).isNotCompleted();
        assertThat(conversation.compiler().captured().kept()).containsExactly(1, 2);
        assertThat(conversation.stdout().kept()).isEmpty();
    }

    @Test
    void a_failed_start_is_told_apart_by_whether_a_compiler_came_before() throws Exception {
        conversation.onFailed(9, 2);
        assertThat(conversation.end().join()).isEqualTo(new Conversation.End.NotStarted(9, 2));

        var second = new Conversation();
        second.onCompiling(Duration.ZERO);
        second.onCompiled(report(0, 0));
        second.onFailed(9, 2);
        assertThat(second.end().join()).isEqualTo(new Conversation.End.NotRunnable(9, 2));
    }

    @Test
    void a_compiler_that_failed_is_the_end() throws Exception {
        var failed = new RunnerReport(0x100, Duration.ZERO, Duration.ZERO, 0, 0);
        conversation.onCompiling(Duration.ZERO);
        conversation.onCompiled(failed);

        assertThat(conversation.end().join()).isEqualTo(new Conversation.End.NotCompiled(failed));
        assertThat(conversation.started()).isCompletedWithValue(null);
    }

    @Test
    void more_of_the_compiler_than_its_cap_is_not_believed_nor_a_report_that_disagrees()
            throws Exception {
        conversation.compiler().expectOutput(4);
        conversation.onCompiling(Duration.ZERO);
        conversation.onCompilerOutput(ByteBuffer.wrap(new byte[3]));

        assertThatThrownBy(() -> conversation.onCompilerOutput(ByteBuffer.wrap(new byte[2])))
                .isInstanceOf(MalformedReport.class);
        assertThatThrownBy(() -> conversation.onCompiled(report(2, 0)))
                .isInstanceOf(MalformedReport.class);
        conversation.onCompilerProduced(90);
        assertThat(conversation.compiler().captured().produced()).isEqualTo(90);
        assertThat(conversation.compiler().ended()).isNotCompleted();
    }

    private static RunnerReport report(long out, long err) {
        return new RunnerReport(0, Duration.ZERO, Duration.ZERO, out, err);
    }
}
