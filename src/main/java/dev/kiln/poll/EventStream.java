package dev.kiln.poll;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.ProgramStream;
import dev.kiln.job.StoredObject;
import dev.kiln.objectstore.ObjectDamaged;
import dev.kiln.objectstore.ObjectStoreUnavailable;
import dev.kiln.store.Glance;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.JobFacts;
import dev.kiln.wire.WireJson;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Tells one follower of one job, to the job's end. While there is nothing to tell this is a parked
 * virtual thread; what it tells it reads piece by piece, the next only when the client has taken
 * the last.
 */
final class EventStream implements StreamingOutput {
    private static final Logger LOG = Logger.getLogger(EventStream.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    /** The most bytes in one event. */
    private static final int PIECE = 64 << 10;

    /** The most bytes that are read from an object at once. */
    private static final int PART = 1 << 20;

    private final JobId id;
    private final EventSource source;
    private final Followers.Seat seat;

    EventStream(JobId id, EventSource source, Followers.Seat seat) {
        this.id = id;
        this.source = source;
        this.seat = seat;
    }

    @Override
    public void write(OutputStream out) throws IOException {
        try (seat) {
            follow(new EventWriter(out));
        } catch (IOException gone) {
            // Nobody is left to be told of it.
            LOG.debug("a follower has gone", gone);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private void follow(EventWriter events) throws IOException, InterruptedException {
        events.retry(RECONNECT);
        boolean more = true;
        while (more && !seat.over()) {
            Duration pause;
            try {
                more = catchUp(events);
                pause = KEEP_ALIVE.minus(events.silence());
            } catch (StoreUnavailable | ObjectStoreUnavailable e) {
                // A client would take a broken stream, or a problem, for the end of the matter.
                LOG.debug("a follower waits for the database, or the object store", e);
                pause = STORE_RETRY;
            }
            if (more && pause.isPositive()) {
                seat.await(pause);
            }
            if (more && events.silence().compareTo(KEEP_ALIVE) >= 0) {
                events.keepAlive();
            }
        }
    }

    /** Tells what there is; returns whether there may be more. */
    private boolean catchUp(EventWriter events) throws IOException, InterruptedException {
        while (true) {
            var glance = source.glance(id);
            if (glance.isEmpty()) {
                // Removed meanwhile; connecting again would say so.
                return false;
            }
            Glance now = glance.get();
            begin(events, now);
            if (seat.told().stage() == Position.Stage.of(now)) {
                tellOutput(events, now);
                return true;
            }
            var job = source.find(id);
            // It may have gone on since the glance: then once more.
            if (job.isPresent() && job.get().state().name().equals(now.state())) {
                tellState(events, now, job.get());
                if (now.ended()) {
                    return false;
                }
            }
        }
    }

    /** Where this is another claim than was told of: what was told of the output is void. */
    private void begin(EventWriter events, Glance now) throws IOException {
        Position told = seat.told();
        if (told.epoch() == now.epoch()) {
            return;
        }
        seat.told(Position.at(now.epoch()));
        if (told.epoch() > 0) {
            events.event(
                    "attempt",
                    seat.told(),
                    WireJson.object().put("attempt", now.attempt()).put("epoch", now.epoch()));
        }
    }

    private void tellState(EventWriter events, Glance now, Job job)
            throws IOException, InterruptedException {
        ExecutionResult result = JobFacts.of(job.state()).result();
        if (result != null) {
            rest(events, ProgramStream.STDOUT, result.stdout());
            rest(events, ProgramStream.STDERR, result.stderr());
        }
        seat.told(seat.told().told(Position.Stage.of(now)));
        events.event("state", seat.told(), source.document(job));
    }

    /** What the result has of a stream beyond what was told while the program ran. */
    private void rest(EventWriter events, ProgramStream stream, CapturedStream result)
            throws IOException {
        long told = seat.told().offset(stream);
        var elsewhere = result.elsewhere();
        if (elsewhere != null) {
            restOf(events, stream, elsewhere.object());
        } else if (told < result.kept().length) {
            last(
                    events,
                    stream,
                    Arrays.copyOfRange(result.kept(), (int) told, result.kept().length));
        }
    }

    /** Read in parts, so that one follower takes little memory, however much there is. */
    private void restOf(EventWriter events, ProgramStream stream, StoredObject object)
            throws IOException {
        try {
            long told = seat.told().offset(stream);
            while (told < object.bytes() && !seat.over()) {
                int length = (int) Math.min(PART, object.bytes() - told);
                byte[] part = source.read(object, told, length);
                if (told + length == object.bytes()) {
                    last(events, stream, part);
                } else {
                    tell(events, stream, part);
                }
                told = seat.told().offset(stream);
            }
        } catch (ObjectDamaged e) {
            // The job's document says where the output is to be had, and there it is a problem.
            LOG.errorf("jobId=%s outcome=output lost: %s", id, e.getMessage());
        }
    }

    private void last(EventWriter events, ProgramStream stream, byte[] rest) throws IOException {
        int done = tell(events, stream, rest);
        if (done < rest.length) {
            event(events, stream, Arrays.copyOfRange(rest, done, rest.length));
        }
    }

    private void tellOutput(EventWriter events, Glance now)
            throws IOException, InterruptedException {
        for (ProgramStream stream : ProgramStream.values()) {
            int done = 1;
            while (done > 0 && now.last(stream) >= 0 && !seat.over()) {
                byte[] bytes =
                        now.last(stream) >= seat.told().offset(stream)
                                ? source.read(id, now.epoch(), stream, seat.told().offset(stream))
                                : new byte[0];
                done = tell(events, stream, bytes);
            }
        }
    }

    /**
     * Tells these bytes but for the beginning of a character at their end, whose rest is still to
     * come; returns how many that were.
     */
    private int tell(EventWriter events, ProgramStream stream, byte[] bytes) throws IOException {
        int from = 0;
        while (from < bytes.length) {
            int end = Utf8Cut.end(bytes, from, Math.min(bytes.length, from + PIECE));
            if (end == from) {
                break;
            }
            event(events, stream, Arrays.copyOfRange(bytes, from, end));
            from = end;
        }
        return from;
    }

    private void event(EventWriter events, ProgramStream stream, byte[] bytes) throws IOException {
        var data = WireJson.object().put("offset", seat.told().offset(stream));
        Optional<String> text = Utf8Cut.text(bytes);
        if (text.isPresent()) {
            data.put("text", text.get());
        } else {
            data.put("base64", bytes);
        }
        seat.told(seat.told().plus(stream, bytes.length));
        events.event(stream.wireName(), seat.told(), data);
    }
}
