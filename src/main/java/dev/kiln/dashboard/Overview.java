package dev.kiln.dashboard;

import dev.kiln.store.ListedWorker;
import dev.kiln.store.Pace;
import dev.kiln.store.QueueDepth;
import java.time.Instant;
import java.util.List;

/**
 * What is going on.
 *
 * @param at when it was looked at
 * @param site whether the workers and the pace, which are no tenant's, may be seen
 * @param queue by tenant and descending priority
 * @param workers all that were heard of lately
 * @param pace of the last hour, each minute, oldest first
 */
record Overview(
        Instant at,
        boolean site,
        List<QueueDepth> queue,
        List<ListedWorker> workers,
        List<Pace> pace) {
    Overview {
        queue = List.copyOf(queue);
        workers = List.copyOf(workers);
        pace = List.copyOf(pace);
    }

    public String taken() {
        return Words.moment(at);
    }

    public List<QueueLine> queueLines() {
        return queue.stream().map(QueueLine::of).toList();
    }

    public List<WorkerLine> workerLines() {
        return workers.stream().map(WorkerLine::of).toList();
    }

    /** The minutes in which something ended, newest first. */
    public List<PaceLine> paceLines() {
        return pace.reversed().stream().filter(p -> p.results() > 0).map(PaceLine::of).toList();
    }

    /** A tenant's jobs at a priority. */
    record QueueLine(String tenant, int priority, String jobs) {
        static QueueLine of(QueueDepth depth) {
            String jobs = Words.number(depth.jobs());
            return new QueueLine(
                    depth.tenant(), depth.priority(), depth.more() ? jobs + " or more" : jobs);
        }
    }

    /** A worker. */
    record WorkerLine(
            String id,
            String state,
            String tone,
            int busy,
            int slots,
            int warm,
            String languages,
            String runtime,
            String heartbeat) {
        static WorkerLine of(ListedWorker worker) {
            var entry = worker.entry();
            var trouble = entry.trouble();
            String state;
            String tone = "bad";
            if (!worker.live()) {
                state = "silent";
            } else if (trouble != null) {
                state = "in trouble: " + trouble;
            } else if (worker.cordoned()) {
                state = "cordoned";
                tone = "wait";
            } else {
                state = "live";
                tone = "good";
            }
            var isolation = entry.isolation();
            return new WorkerLine(
                    entry.id(),
                    state,
                    tone,
                    worker.busy(),
                    entry.slots(),
                    entry.warm(),
                    String.join(", ", entry.capabilities().languages().stream().sorted().toList()),
                    "%s %s (%s)"
                            .formatted(
                                    isolation.runtime(), isolation.version(), isolation.platform()),
                    Words.duration(worker.silent()));
        }
    }

    /** A minute. */
    record PaceLine(String minute, String results, String median, String p95) {
        static PaceLine of(Pace pace) {
            return new PaceLine(
                    Words.moment(pace.minute()).substring(11, 16),
                    Words.number(pace.results()),
                    Words.millis(pace.medianMs()),
                    Words.millis(pace.p95Ms()));
        }
    }
}
