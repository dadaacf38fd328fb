package dev.kiln.poll;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.ProgramStream;
import dev.kiln.job.StoredObject;
import dev.kiln.objectstore.ObjectStore;
import dev.kiln.store.DemandStore;
import dev.kiln.store.Glance;
import dev.kiln.store.JobReader;
import dev.kiln.store.LiveReader;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What streams of events read. Some at the same time at most: those who follow one job wake
 * together, and are not to take all connections.
 */
@ApplicationScoped
class EventSource {
    private static final int LOOKING = 8;

    private final LiveReader live;
    private final JobReader jobs;
    private final DemandStore demands;
    private final ObjectStore objects;
    private final Semaphore looking = new Semaphore(LOOKING, true);

    EventSource(LiveReader live, JobReader jobs, DemandStore demands, ObjectStore objects) {
        this.live = live;
        this.jobs = jobs;
        this.demands = demands;
        this.objects = objects;
    }

    /**
     * How the job stands; nothing when there is none.
     *
     * @throws dev.kiln.store.StoreUnavailable when the same call may succeed later
     */
    Optional<Glance> glance(JobId id) throws InterruptedException {
        return look(() -> Optional.ofNullable(live.glance(List.of(id)).get(id)));
    }

    /** The whole job. */
    Optional<Job> find(JobId id) throws InterruptedException {
        return look(() -> jobs.find(id));
    }

    /** Why a submission of that id was refused, where that is all there is. */
    Optional<ObjectNode> refusal(JobId id) throws InterruptedException {
        return look(() -> jobs.rejection(id).map(JobDocument::of));
    }

    /** The document of a job, as polling it gives it. */
    ObjectNode document(Job job) throws InterruptedException {
        return job.state() instanceof JobState.Queued
                ? JobDocument.of(job, look(() -> demands.unmet(job.id())).orElse(null))
                : JobDocument.of(job);
    }

    /** What it wrote from that byte on, see {@link LiveReader#read}. */
    byte[] read(JobId id, long epoch, ProgramStream stream, long from) throws InterruptedException {
        return look(() -> live.read(id, epoch, stream, from));
    }

    /**
     * Some bytes of an object; takes no connection to the database.
     *
     * @param length how many, 1 or more, all in memory
     * @throws dev.kiln.objectstore.ObjectStoreUnavailable when the same call may succeed later
     * @throws dev.kiln.objectstore.ObjectDamaged when it is not there as it was put
     */
    byte[] read(StoredObject object, long from, int length) {
        return objects.open(object, from, length).readAll();
    }

    private <T> T look(Supplier<T> what) throws InterruptedException {
        looking.acquire();
        try {
            return what.get();
        } finally {
            looking.release();
        }
    }
}
