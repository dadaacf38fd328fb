package dev.kiln.poll;

import dev.kiln.job.JobId;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbell;
import dev.kiln.store.Endings;
import dev.kiln.store.HintChannel;
import dev.kiln.store.HintReceiver;
import dev.kiln.store.JobReader;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Wakes those who wait for jobs that ended in other processes: by hints, and for lost ones by a
 * look at all jobs that are waited for, in one statement however many they are.
 */
@ApplicationScoped
class EndingWatch implements HintReceiver {
    private final Endings endings;
    private final JobReader jobs;
    private final KilnConfig kiln;
    private final PollConfig config;
    private final Doorbell missed = new Doorbell();
    private @Nullable Loop loop;

    EndingWatch(Endings endings, JobReader jobs, KilnConfig kiln, PollConfig config) {
        this.endings = endings;
        this.jobs = jobs;
        this.kiln = kiln;
        this.config = config;
    }

    @Override
    public HintChannel channel() {
        return HintChannel.ENDED;
    }

    @Override
    public boolean wanted() {
        return kiln.roles().contains(Role.API);
    }

    @Override
    public void heard(String text) {
        if (endings.isEmpty()) {
            return;
        }
        endings.ended(Arrays.stream(text.split(",")).map(JobId::parse).toList());
    }

    @Override
    public void mayHaveMissed() {
        missed.ring();
    }

    void start(@Observes StartupEvent event) {
        if (wanted()) {
            loop = Loop.start("endings", () -> missed.await(config.look()), this::look);
        }
    }

    /** One look; none where nobody waits. */
    void look() {
        Set<JobId> waited = endings.jobs();
        if (!waited.isEmpty()) {
            endings.ended(jobs.ended(waited));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
