package dev.kiln.intake;

import dev.kiln.job.Cancellation;
import dev.kiln.job.JobId;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.CancelStore;
import dev.kiln.store.StoreUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Carries out the cancels of the topic, and forgets in time those whose jobs never came. */
@ApplicationScoped
class TopicCancels {
    private static final Logger LOG = Logger.getLogger(TopicCancels.class);
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final CancelStore store;
    private final Duration memory;
    private final KilnConfig kiln;
    private @Nullable Loop loop;

    TopicCancels(CancelStore store, IntakeConfig config, KilnConfig kiln) {
        this.store = store;
        this.memory = config.cancelMemory();
        this.kiln = kiln;
    }

    /**
     * A cancel as it came.
     *
     * @param position how many submissions of its batch came before it
     */
    record Wish(ConsumerRecord<byte[], byte[]> source, Cancellation cancellation, int position) {}

    /**
     * A batch's cancels, apart by whether their job is submitted later in the batch: such a job
     * must find the cancel when it comes, and not start in between.
     */
    record Order(List<Wish> beforeTheirJobs, List<Wish> afterwards) {
        static Order of(List<Wish> wishes, List<JobId> submitted) {
            Map<JobId, Integer> last = new HashMap<>();
            for (int i = 0; i < submitted.size(); i++) {
                last.put(submitted.get(i), i);
            }
            List<Wish> before = new ArrayList<>();
            List<Wish> after = new ArrayList<>();
            for (Wish wish : wishes) {
                boolean comes = last.getOrDefault(wish.cancellation().job(), -1) >= wish.position();
                (comes ? before : after).add(wish);
            }
            return new Order(before, after);
        }
    }

    /**
     * Cancels or remembers each.
     *
     * @return those that named the wrong tenant
     * @throws StoreUnavailable when the same call may succeed later
     */
    List<Wish> apply(List<Wish> wishes) {
        var cancellations = wishes.stream().map(Wish::cancellation).toList();
        var outcomes = store.cancelOrRemember(cancellations, memory);
        List<Wish> foreign = new ArrayList<>();
        for (int i = 0; i < wishes.size(); i++) {
            var outcome = outcomes.get(i);
            LOG.infof(
                    "jobId=%s outcome=cancel: %s",
                    cancellations.get(i).job(), outcome.getClass().getSimpleName());
            if (outcome instanceof CancelStore.Outcome.OtherTenant) {
                foreign.add(wishes.get(i));
            }
        }
        return foreign;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.INTAKE)) {
            loop = Loop.start("cancel-memory", () -> Thread.sleep(SWEEP), store::forgetOld);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
