package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.CliException;
import java.util.List;
import java.util.Set;

/**
 * What to measure.
 *
 * @param jobs in each window, 1 to 1,000,000
 * @param warmUp jobs of the window that comes first and does not count, 1 to 1,000,000
 * @param windows how many count, 1 to 100
 * @param concurrencies how many jobs run at once, each 1 to 64: a setting of its own for each
 * @param handlers likewise
 * @param contenders in order
 */
record Plan(
        int jobs,
        int warmUp,
        int windows,
        List<Integer> concurrencies,
        List<Handler> handlers,
        Set<Contender> contenders) {

    /** In one window. */
    static final int MOST_JOBS = 1_000_000;

    private static final int MOST_WINDOWS = 100;

    /** Postgres has 100 connections, and every system takes some more than it runs jobs at once. */
    private static final int MOST_CONCURRENCY = 64;

    Plan {
        within("--jobs", jobs, MOST_JOBS);
        within("--warm-up", warmUp, MOST_JOBS);
        within("--windows", windows, MOST_WINDOWS);
        if (concurrencies.isEmpty() || handlers.isEmpty() || contenders.isEmpty()) {
            throw new CliException("there is nothing to measure: name at least one of each");
        }
        concurrencies.forEach(each -> within("--concurrency", each, MOST_CONCURRENCY));
        concurrencies = concurrencies.stream().distinct().toList();
        handlers = List.copyOf(handlers);
    }

    private static void within(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new CliException("%s is 1 to %,d, not %,d".formatted(option, most, value));
        }
    }

    /** Every combination of concurrency and handler. */
    List<Setting> settings() {
        return handlers.stream()
                .flatMap(
                        handler ->
                                concurrencies.stream()
                                        .map(concurrency -> new Setting(concurrency, handler)))
                .toList();
    }

    /**
     * Under which windows are compared.
     *
     * @param concurrency how many jobs a system runs at once
     */
    record Setting(int concurrency, Handler handler) {}
}
