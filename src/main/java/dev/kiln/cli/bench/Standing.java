package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.util.List;
import java.util.Optional;

/**
 * A contender with all its windows.
 *
 * @param name of the contender
 * @param concurrency how many it runs at once; none where that is its own business
 * @param passes at least one
 */
record Standing(String name, Optional<BestConcurrency> concurrency, List<Pass> passes) {

    Standing {
        passes = List.copyOf(passes);
        if (passes.isEmpty()) {
            throw new IllegalArgumentException("no window of " + name);
        }
    }

    /** The median of the windows. */
    double jobsPerSecond() {
        return Figures.median(passes.stream().map(Pass::jobsPerSecond).toList());
    }

    /** The median of the windows, in seconds. */
    double cpuPerJob() {
        return Figures.median(passes.stream().map(Pass::cpuPerJob).toList());
    }

    /** Likewise, by the scheduler. */
    Optional<Double> exactCpuPerJob() {
        var known = passes.stream().flatMap(pass -> pass.exactCpuPerJob().stream()).toList();
        return known.isEmpty() ? Optional.empty() : Optional.of(Figures.median(known));
    }

    int failed() {
        return passes.stream().mapToInt(Pass::failed).sum();
    }

    ObjectNode json() {
        var json = Json.object().put("name", name);
        concurrency.ifPresent(
                found -> {
                    json.put("concurrency", found.best());
                    var tried = json.putObject("tried");
                    found.tried()
                            .forEach(
                                    (at, rate) ->
                                            tried.put(String.valueOf(at), Figures.round(rate, 2)));
                });
        json.put("failed", failed()).put("jobs_per_second", Figures.round(jobsPerSecond(), 3));
        json.put("cpu_seconds_per_job", Figures.round(cpuPerJob(), 4));
        exactCpuPerJob()
                .ifPresent(cpu -> json.put("exact_cpu_seconds_per_job", Figures.round(cpu, 4)));
        var windows = json.putArray("windows");
        for (var pass : passes) {
            windows.addObject()
                    .put("jobs", pass.jobs())
                    .put("seconds", Figures.round(Figures.seconds(pass.took()), 3))
                    .put("jobs_per_second", Figures.round(pass.jobsPerSecond(), 3))
                    .put("cpu_seconds_per_job", Figures.round(pass.cpuPerJob(), 4));
        }
        return json;
    }
}
