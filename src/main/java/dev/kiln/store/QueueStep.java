package dev.kiln.store;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * One transaction of the queue's hot path, in flight recordings: how long it took and how many jobs
 * shared it. Costs nothing where nothing is recorded.
 */
@Name("dev.kiln.QueueStep")
@Label("Queue step")
@Category("Kiln")
@Description("One transaction of the queue's hot path.")
@StackTrace(false)
final class QueueStep extends Event {
    @Label("Step")
    String step = "";

    @Label("Jobs")
    int jobs;

    /** Starts the clock of a step: {@code admit}, {@code claim}, {@code finish}, {@code relay}. */
    static QueueStep begin(String step) {
        var event = new QueueStep();
        event.step = step;
        event.begin();
        return event;
    }

    /** Records it with the number of jobs that it moved. */
    void end(int moved) {
        jobs = moved;
        commit();
    }
}
