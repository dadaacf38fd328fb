package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.FieldError;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request that streams submissions, a document a line, and is answered a line for each. The
 * documents are made durable a thousand at a time, and no more than those are in memory.
 *
 * <p>Answers are written beside the reading, and wait for a client that does not read them: one
 * that sends all of its request before it reads a byte is served as well as one that waits for its
 * answers before it sends more.
 */
final class BatchStream {
    /** What one transaction holds at most, beside its last document. */
    private static final int LINES = 1_000;

    private static final long BYTES = 4L << 20;
    private static final Duration LOOK = Duration.ofMillis(200);

    /** What it needs of the server. */
    record Door(
            SubmissionReader reader,
            Admission admission,
            Closing closing,
            Full full,
            IntakeConfig config) {}

    /** Says whether no more jobs are taken for now. */
    interface Full {
        /**
         * Of this tenant, or null for one that no quota holds.
         *
         * @throws StoreUnavailable when the same call may succeed later
         */
        boolean now(@Nullable String tenant);
    }

    /** Closes a tenant's batch. */
    interface Closing {
        void close(String tenant, String batch);
    }

    /**
     * What was asked for.
     *
     * @param key by which the producer knows the request, where its lines have no ids
     * @param firstLine the number of the first line
     * @param close whether the batch is whole with this request
     * @param tenant whose all lines are; null when each may name any
     */
    record Request(
            Origin.RequestBatch batch,
            @Nullable String key,
            long firstLine,
            boolean close,
            @Nullable String tenant) {}

    /**
     * A line that was read.
     *
     * @param submission what it is; null when it is none, for these errors
     * @param keyed whether its id was made of the request's key
     */
    private record Entry(
            long line, @Nullable Submission submission, boolean keyed, List<FieldError> errors) {}

    private final Door door;
    private final Request request;
    private final StreamedLines lines;
    private final AnswerWriter.Client client;
    private final StreamSummary summary = new StreamSummary();
    private List<Entry> chunk = new ArrayList<>();
    private long bytes;

    BatchStream(Door door, Request request, InputStream body, AnswerWriter.Client client) {
        this.door = door;
        this.request = request;
        this.client = client;
        this.lines =
                new StreamedLines(
                        body, request.firstLine(), door.config().httpMaxDocumentBytes().bytes());
    }

    /** The last line that was read. */
    long line() {
        return lines.number();
    }

    /**
     * Takes all lines and answers each; returns when the answer is written.
     *
     * @throws IOException when the connection broke: what is durable is, and the rest is to be sent
     *     again
     */
    void run() throws IOException, InterruptedException {
        long most = door.config().httpMaxUnreadAnswer().bytes();
        try (var answers = new AnswerWriter(client, most)) {
            var stopped = takeAll(answers);
            answers.add(summary.end(stopped));
            if (stopped != null) {
                lines.drain();
            }
            answers.finish();
        }
    }

    private StreamSummary.@Nullable Stopped takeAll(AnswerWriter answers)
            throws IOException, InterruptedException {
        for (var line = lines.next(); line != null; line = lines.next()) {
            chunk.add(read(line));
            bytes += line.bytes();
            if (chunk.size() >= LINES || bytes >= BYTES) {
                var stopped = takeChunk(answers);
                if (stopped != null) {
                    return stopped;
                }
            }
        }
        var stopped = takeChunk(answers);
        return stopped == null ? close() : stopped;
    }

    private Entry read(StreamedLines.Line line) {
        if (line.text() == null) {
            var tooLong =
                    new FieldError(
                            "",
                            "the line has %d bytes, the limit of a document is %s"
                                    .formatted(line.bytes(), door.config().httpMaxDocumentBytes()));
            return new Entry(line.number(), null, false, List.of(tooLong));
        }
        var fresh = JobId.next(Instant.now());
        var origin = new Origin.Http(fresh, request.batch(), request.tenant());
        return switch (door.reader().read(line.text(), origin)) {
            case Reading.Refused(_, var errors) -> new Entry(line.number(), null, false, errors);
            case Reading.Accepted(var submission) -> {
                boolean keyed = request.key() != null && submission.id().equals(fresh);
                yield new Entry(
                        line.number(),
                        keyed ? keyed(submission, line.number()) : submission,
                        keyed,
                        List.of());
            }
        };
    }

    private Submission keyed(Submission submission, long line) {
        String tenant = submission.spec().placement().tenant();
        var id = LineId.of(tenant, Objects.requireNonNull(request.key()), line);
        return new Submission(id, submission.spec(), submission.bodyHash());
    }

    private StreamSummary.@Nullable Stopped takeChunk(AnswerWriter answers)
            throws IOException, InterruptedException {
        if (chunk.isEmpty()) {
            return null;
        }
        try {
            if (!awaitRoom()) {
                return stopped(
                        ProblemType.QUEUE_FULL,
                        "as many jobs are queued as this site takes or its tenant may have (kiln.intake.max-queued, kiln.quota): go on from that line later");
            }
            admit(answers);
        } catch (StoreUnavailable e) {
            return stopped(
                    ProblemType.UNAVAILABLE,
                    "the database cannot be reached: go on from that line later");
        }
        chunk = new ArrayList<>();
        bytes = 0;
        return null;
    }

    private StreamSummary.Stopped stopped(ProblemType type, String detail) {
        return new StreamSummary.Stopped(type, detail, chunk.getFirst().line());
    }

    /** Whoever streams may well wait a little, as the topic does. */
    private boolean awaitRoom() throws InterruptedException {
        long giveUp = System.nanoTime() + door.config().httpWaitForRoom().toNanos();
        while (door.full().now(request.tenant())) {
            if (System.nanoTime() - giveUp > 0) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }

    private void admit(AnswerWriter answers) throws IOException, InterruptedException {
        List<Submission> submissions = new ArrayList<>(chunk.size());
        for (Entry entry : chunk) {
            if (entry.submission() != null) {
                submissions.add(entry.submission());
            }
        }
        var outcomes = door.admission().admit(submissions).iterator();
        for (Entry entry : chunk) {
            answers.add(
                    entry.submission() == null
                            ? summary.refused(entry.line(), entry.errors())
                            : answer(entry, entry.submission(), outcomes.next()));
        }
    }

    private byte[] answer(Entry entry, Submission submission, Admission.Outcome outcome) {
        var why = Refusals.why(outcome);
        if (why == null) {
            boolean known = outcome instanceof Admission.Outcome.AlreadyKnown;
            return summary.taken(entry.line(), submission, known);
        }
        boolean otherLine = entry.keyed() && outcome instanceof Admission.Outcome.Conflict;
        return summary.refused(entry.line(), List.of(otherLine ? Refusals.OTHER_LINE : why));
    }

    /** A batch of which a line is missing is not whole; whoever sent it may mend it or close it. */
    private StreamSummary.@Nullable Stopped close() {
        if (!request.close() || summary.anyRefused()) {
            return null;
        }
        String batch = request.batch().name();
        try {
            for (String tenant : summary.tenants(batch)) {
                door.closing().close(tenant, batch);
                summary.closed(tenant, batch);
            }
            return null;
        } catch (StoreUnavailable e) {
            return new StreamSummary.Stopped(
                    ProblemType.UNAVAILABLE,
                    "all lines are taken, but the database could not be reached to close the batch: POST /v1/batches/%s:close"
                            .formatted(batch),
                    lines.number() + 1);
        }
    }
}
