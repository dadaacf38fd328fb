package dev.kiln.intake;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.QueueStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.ChannelRegistry;
import io.smallrye.reactive.messaging.PausableChannel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Closes the doors while too many jobs wait: the topic keeps what comes, HTTP clients are asked to
 * come back. Looks every second rather than at each job, so that a flood may go a second's worth
 * beyond the bound; and opens again only at a lower mark, so that the doors do not flap.
 */
@ApplicationScoped
public class QueueGauge {
    /** The channel that is paused. */
    static final String CHANNEL = "jobs";

    private static final Logger LOG = Logger.getLogger(QueueGauge.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final QueueStore queue;
    private final ChannelRegistry channels;
    private final KilnConfig kiln;
    private final int most;
    private final int low;
    private volatile boolean full;
    private volatile double runnable = Double.NaN;
    private @Nullable Loop loop;

    /**
     * @throws IllegalArgumentException when the configured marks contradict each other
     */
    QueueGauge(QueueStore queue, ChannelRegistry channels, KilnConfig kiln, IntakeConfig config) {
        this.queue = queue;
        this.channels = channels;
        this.kiln = kiln;
        this.most = config.maxQueued();
        this.low = config.effectiveResumeQueued();
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.INTAKE) || kiln.roles().contains(Role.API)) {
            loop = Loop.start("queue-gauge", () -> Thread.sleep(EVERY), this::look);
        }
    }

    /** Whether no more jobs are taken for now. */
    public boolean full() {
        return full;
    }

    /** Jobs that could be run at the last look, counted no further than the mark; NaN before. */
    double runnable() {
        return runnable;
    }

    /** One look. */
    void look() {
        int counted = queue.runnable(most);
        runnable = counted;
        boolean now = isFull(full, counted, low, most);
        if (now != full) {
            LOG.infof(
                    now
                            ? "intake=paused, %d jobs or more can be run now"
                            : "intake=resumed, at most %d jobs can be run now",
                    now ? most : low);
        }
        full = now;
        apply(now);
    }

    static boolean isFull(boolean before, int runnable, int low, int most) {
        return before ? runnable > low : runnable >= most;
    }

    private void apply(boolean pause) {
        // Absent without the role intake.
        @Nullable PausableChannel channel = channels.getPausable(CHANNEL);
        if (channel == null || channel.isPaused() == pause) {
            return;
        }
        if (pause) {
            channel.pause();
        } else {
            channel.resume();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
