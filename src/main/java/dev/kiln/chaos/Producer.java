package dev.kiln.chaos;

import dev.kiln.chaos.Arrival.Door;
import dev.kiln.chaos.Arrival.FollowUp;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Brings the load in, each job on a thread of its own, and remembers what was accepted. */
final class Producer {
    private static final int CONFLICT = 409;
    private static final int UNKNOWN = 404;
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final JobTopic topic;
    private final JobDoor http;
    private final Journal journal;
    private final Map<String, Arrival> accepted = new ConcurrentHashMap<>();

    Producer(JobTopic topic, JobDoor http, Journal journal) {
        this.topic = topic;
        this.http = http;
        this.journal = journal;
    }

    /**
     * Submits one job and what follows it; returns when all of it is in, however long that takes.
     */
    void bringIn(Arrival arrival) throws InterruptedException {
        if (arrival.cancelledBefore()) {
            topic.submit(arrival.id(), arrival.cancel());
        }
        submit(arrival.door(), arrival);
        accepted.put(arrival.id(), arrival);
        for (FollowUp next : arrival.after()) {
            Thread.sleep(next.later());
            switch (next) {
                case FollowUp.Duplicate _ -> submit(next.door(), arrival);
                case FollowUp.Conflict conflict -> conflict(arrival, conflict);
                case FollowUp.Cancel _ -> cancel(next.door(), arrival);
            }
        }
    }

    private void submit(Door door, Arrival arrival) throws InterruptedException {
        switch (door) {
            case TOPIC -> topic.submit(arrival.id(), arrival.document());
            case HTTP -> {
                int status = http.submit(arrival.document());
                if (status / 100 != 2) {
                    journal.surprise("%s was answered with %d".formatted(arrival.id(), status));
                }
            }
        }
    }

    private void conflict(Arrival arrival, FollowUp.Conflict conflict) throws InterruptedException {
        switch (conflict.door()) {
            case TOPIC -> topic.submit(arrival.id(), conflict.document());
            case HTTP -> {
                int status = http.submit(conflict.document());
                if (status != CONFLICT) {
                    journal.surprise(
                            "a conflict with %s was answered with %d"
                                    .formatted(arrival.id(), status));
                }
            }
        }
    }

    private void cancel(Door door, Arrival arrival) throws InterruptedException {
        switch (door) {
            case TOPIC -> topic.submit(arrival.id(), arrival.cancel());
            case HTTP -> {
                int status = http.cancel(arrival.id());
                while (status == UNKNOWN && arrival.door() == Door.TOPIC) {
                    // Its record is still on its way.
                    Thread.sleep(AGAIN);
                    status = http.cancel(arrival.id());
                }
                journal.answeredCancel(arrival.id(), status);
            }
        }
    }

    /** Those that Kiln has promised to bring to an end, by id. */
    Map<String, Arrival> accepted() {
        return Map.copyOf(accepted);
    }
}
