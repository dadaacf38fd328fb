package dev.kiln.cli.bench.peers;

import dev.kiln.cli.bench.peers.Plan.Setting;
import dev.kiln.cli.bench.peers.Results.Run;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Results made up for tests. */
final class Samples {

    private Samples() {}

    static Window window(
            Setting setting, Contender contender, int number, int jobs, double seconds) {
        return new Window(setting, contender, number, jobs, (long) (seconds * 1e9));
    }

    /** With a plan and facts that go with these windows. */
    static Results results(Window... windows) {
        var facts = new HashMap<Run, JobQueue.Facts>();
        var contenders = EnumSet.noneOf(Contender.class);
        for (Window window : windows) {
            contenders.add(window.contender());
            facts.put(
                    new Run(window.setting(), window.contender()),
                    new JobQueue.Facts("1.2.3", Map.of("threads", "8", "batch", "100")));
        }
        var settings = Arrays.stream(windows).map(Window::setting).distinct().toList();
        var plan =
                new Plan(
                        windows[0].jobs(),
                        10,
                        Arrays.stream(windows).mapToInt(Window::number).max().orElseThrow(),
                        settings.stream().map(Setting::concurrency).toList(),
                        settings.stream().map(Setting::handler).distinct().toList(),
                        contenders);
        return new Results(plan, facts, List.of(windows));
    }
}
