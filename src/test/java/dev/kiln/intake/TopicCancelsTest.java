package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.intake.TopicCancels.Order;
import dev.kiln.intake.TopicCancels.Wish;
import dev.kiln.job.Cancellation;
import dev.kiln.job.JobId;
import dev.kiln.testing.Jobs;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TopicCancelsTest {
    private static final JobId A = Jobs.id();
    private static final JobId B = Jobs.id();

    @Test
    void a_cancel_goes_first_only_when_its_job_comes_later_in_the_batch() {
        // submit A, cancel A, cancel B, submit B, cancel of a job that is not in the batch
        var afterItsJob = wish(A, 1);
        var beforeItsJob = wish(B, 1);
        var elsewhere = wish(Jobs.id(), 2);
        var order = Order.of(List.of(afterItsJob, beforeItsJob, elsewhere), List.of(A, B));
        assertThat(order.beforeTheirJobs()).containsExactly(beforeItsJob);
        assertThat(order.afterwards()).containsExactly(afterItsJob, elsewhere);
    }

    @Test
    void a_job_that_is_submitted_again_after_its_cancel_finds_the_cancel() {
        var wish = wish(A, 1);
        assertThat(Order.of(List.of(wish), List.of(A, A)).beforeTheirJobs()).containsExactly(wish);
    }

    private static Wish wish(JobId job, int position) {
        var source = new ConsumerRecord<byte[], byte[]>("kiln.jobs", 0, 0, null, new byte[0]);
        return new Wish(source, new Cancellation(job, "default"), position);
    }
}
