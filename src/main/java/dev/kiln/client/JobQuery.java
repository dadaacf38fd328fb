package dev.kiln.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which jobs a list is to have: those of which everything holds that is said here.
 *
 * @param parameters of the request, each with its value
 */
public record JobQuery(List<Map.Entry<String, String>> parameters) {
    /** All jobs. */
    public static final JobQuery ALL = new JobQuery(List.of());

    public JobQuery {
        parameters = List.copyOf(parameters);
    }

    /** In this state. */
    public JobQuery state(JobState state) {
        return with("state", state.name());
    }

    /** Of this tenant. */
    public JobQuery tenant(String name) {
        return with("tenant", name);
    }

    /** Of this batch. */
    public JobQuery batch(String name) {
        return with("batch", name);
    }

    /** With this label, besides others. */
    public JobQuery label(String name, String value) {
        return with("label", name + "=" + value);
    }

    /** Submitted at that moment or later. */
    public JobQuery since(Instant moment) {
        return with("since", moment.toString());
    }

    /** So many on a page, 1 to 200. */
    public JobQuery limit(int jobs) {
        return with("limit", String.valueOf(jobs));
    }

    /** From where that page ended, which says so in {@link JobPage#next()}. */
    public JobQuery after(String next) {
        var others = parameters.stream().filter(each -> !each.getKey().equals("after")).toList();
        return new JobQuery(others).with("after", next);
    }

    /** With another parameter of the list (docs/API.md). */
    public JobQuery with(String parameter, String value) {
        return new JobQuery(
                Stream.concat(parameters.stream(), Stream.of(Map.entry(parameter, value)))
                        .toList());
    }

    String path() {
        return parameters.stream()
                .map(each -> each.getKey() + "=" + KilnHttp.encoded(each.getValue()))
                .collect(Collectors.joining("&", "v1/jobs?", ""));
    }
}
