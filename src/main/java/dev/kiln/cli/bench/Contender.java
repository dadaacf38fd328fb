package dev.kiln.cli.bench;

/** Something that runs many hello jobs as fast as it can. */
interface Contender {

    /** What reports call it. */
    String name();

    /** Runs as many as the window wants and tells it of each end. */
    void run(Window<?> window) throws InterruptedException;

    /** Measures one window of so many jobs. */
    default Pass measure(int jobs, int lead) throws InterruptedException {
        var window = new Window<>(lead, jobs, Moment::now);
        run(window);
        return Pass.between(
                window.first().orElseThrow(), window.last().orElseThrow(), jobs, window.failed());
    }
}
