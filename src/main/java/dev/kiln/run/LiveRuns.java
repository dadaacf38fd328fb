package dev.kiln.run;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.store.Doorbell;
import dev.kiln.store.HintChannel;
import dev.kiln.store.HintReceiver;
import dev.kiln.store.LiveChunk;
import dev.kiln.store.LiveOutput;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Hands on what the programs of this process write while they run, to those who follow them: a
 * statement a turn for all of them. A job that nobody follows costs two entries in maps.
 */
@ApplicationScoped
class LiveRuns implements HintReceiver {
    /** Followers say so every five seconds: three hints in a row may be lost. */
    private static final Duration FOLLOWED_FOR = Duration.ofSeconds(17);

    /** The most bytes in one statement. */
    private static final long TURN_BYTES = 2L << 20;

    private final LiveOutput output;
    private final LiveConfig config;
    private final KilnConfig kiln;
    private final Map<Lease, LiveRun> running = new ConcurrentHashMap<>();

    /** Jobs that somebody follows, here or elsewhere, each with the end of that. */
    private final Map<JobId, Long> followed = new ConcurrentHashMap<>();

    /** Runs that are over, some of whose output is in the database. */
    private final Queue<LiveRun> over = new ConcurrentLinkedQueue<>();

    private final Doorbell something = new Doorbell();
    private long swept = System.nanoTime();
    private @Nullable Loop loop;

    LiveRuns(LiveOutput output, LiveConfig config, KilnConfig kiln) {
        this.output = output;
        this.config = config;
        this.kiln = kiln;
    }

    @Override
    public HintChannel channel() {
        return HintChannel.FOLLOW;
    }

    @Override
    public boolean wanted() {
        return kiln.roles().contains(Role.WORKER);
    }

    /** Also of jobs that do not run here: they may soon. */
    @Override
    public void heard(String text) {
        long until = System.nanoTime() + FOLLOWED_FOR.toNanos();
        Arrays.stream(text.split(",")).forEach(id -> followed.put(JobId.parse(id), until));
        something.ring();
    }

    /** Whoever follows says so again soon. */
    @Override
    public void mayHaveMissed() {}

    void start(@Observes StartupEvent event) {
        if (wanted()) {
            loop = Loop.start("live-output", this::awaitTurn, this::handOn);
        }
    }

    /** A run begins; its output is at the tap. */
    void started(Lease lease, OutputTap tap) {
        running.put(lease, new LiveRun(lease, tap));
        if (followed.containsKey(lease.job())) {
            something.ring();
        }
    }

    /** The run is over, and what became of it is written. */
    void ended(Lease lease) {
        var run = running.remove(lease);
        // Of one that nobody followed nothing was handed on, and there is nothing to remove.
        if (run != null && run.live()) {
            over.add(run);
            something.ring();
        }
    }

    private void awaitTurn() throws InterruptedException {
        if (anyFollowed()) {
            Thread.sleep(config.every());
        } else {
            something.await(config.sweep());
        }
    }

    private boolean anyFollowed() {
        return running.keySet().stream().anyMatch(lease -> followed.containsKey(lease.job()));
    }

    /** One turn; no statement when nothing is followed, but for the sweep. */
    void handOn() {
        long now = System.nanoTime();
        removeEnded();
        var live =
                running.values().stream()
                        .filter(run -> followed.containsKey(run.lease().job()))
                        .toList();
        announce(live);
        append(live);
        followed.values().removeIf(until -> until - now < 0);
        if (now - swept > config.sweep().toNanos()) {
            swept = now;
            output.sweep();
        }
    }

    private void announce(List<LiveRun> live) {
        var begun = live.stream().filter(LiveRun::news).map(run -> run.lease().job()).toList();
        if (!begun.isEmpty()) {
            output.tell(begun);
        }
    }

    private void append(List<LiveRun> live) {
        long room =
                config.maxBytes().asLongValue()
                        - running.values().stream().mapToLong(LiveRun::stored).sum();
        long left = Math.min(TURN_BYTES, room);
        Map<LiveRun, List<LiveChunk>> news = new LinkedHashMap<>();
        List<LiveChunk> all = new ArrayList<>();
        for (LiveRun run : live) {
            var chunks = run.more(left);
            left -= chunks.stream().mapToLong(chunk -> chunk.bytes().length).sum();
            news.put(run, chunks);
            all.addAll(chunks);
        }
        if (!all.isEmpty()) {
            output.append(all);
            news.forEach((run, chunks) -> chunks.forEach(run::stored));
        }
    }

    private void removeEnded() {
        var ended = List.copyOf(over);
        var stored = ended.stream().filter(run -> run.stored() > 0).map(LiveRun::lease).toList();
        if (!stored.isEmpty()) {
            output.remove(stored);
        }
        over.removeAll(ended);
    }

    /** After the drain, whose programs somebody may follow. */
    void stop(@Observes @Priority(2650) ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
