package dev.kiln.cli.bench;

import java.time.Duration;
import java.util.Optional;

/**
 * How much of the machine is at work while nothing is measured.
 *
 * @param ticks processors at work by the machine's ticks
 * @param exact by the scheduler, where the kernel tells that
 */
record Idle(double ticks, Optional<Double> exact) {

    /** Looks for so long. */
    static Idle during(Duration time) throws InterruptedException {
        var first = Moment.now();
        Thread.sleep(time);
        var last = Moment.now();
        return of(Pass.between(first, last, 1, 0));
    }

    static Idle of(Pass pass) {
        double seconds = Figures.seconds(pass.took());
        return new Idle(
                Figures.ratio(Figures.seconds(pass.ticks()), seconds),
                pass.exact().map(time -> Figures.ratio(Figures.seconds(time), seconds)));
    }

    /** By the best account there is. */
    double cpus() {
        return exact.orElse(ticks);
    }
}
