package dev.kiln.dashboard;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.poll.ListCursor;
import dev.kiln.poll.ListRequest;
import dev.kiln.problem.ProblemException;
import dev.kiln.store.JobList;
import dev.kiln.store.JobQuery;
import dev.kiln.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The list of jobs, by the filters of {@code GET /v1/jobs}. */
@Path("/ui/jobs")
@RunOnVirtualThread
@Requires(Right.READ)
public class JobsResource {
    private static final String LABEL = "label";
    private static final String AFTER = "after";

    /** What browsers make of a field for a date and a time; here it is in UTC. */
    private static final Pattern LOCAL = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d");

    private final JobList jobs;
    private final Frames frames;

    JobsResource(JobList jobs, Frames frames) {
        this.jobs = jobs;
        this.frames = frames;
    }

    /** A page of them, newest first. */
    @GET
    public Response list(@Context UriInfo uri) {
        var asked = asked(uri.getQueryParameters());
        var frame = frames.frame("Jobs", "jobs");
        try {
            var request = ListRequest.read(asked);
            var page = jobs.list(request.query(), request.most());
            var rows = page.jobs().stream().map(JobTable.Row::of).toList();
            return Html.ok(Pages.jobs(frame, table(asked, "", rows, next(asked, page.next()))));
        } catch (ProblemException e) {
            var table = table(asked, e.problem().detail(), List.of(), null);
            return Html.page(e.problem().status(), Pages.jobs(frame, table));
        }
    }

    /** A form sends its empty fields, too. */
    private static Map<String, List<String>> asked(Map<String, List<String>> parameters) {
        var asked = new TreeMap<String, List<String>>();
        parameters.forEach(
                (name, values) -> {
                    var given =
                            values.stream()
                                    .map(String::strip)
                                    .filter(value -> !value.isEmpty())
                                    .map(v -> LOCAL.matcher(v).matches() ? v + ":00Z" : v)
                                    .toList();
                    if (!given.isEmpty()) {
                        asked.put(name, given);
                    }
                });
        return asked;
    }

    private static JobTable table(
            Map<String, List<String>> asked,
            String trouble,
            List<JobTable.Row> rows,
            @Nullable String next) {
        var filter =
                asked.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().getFirst()));
        return new JobTable(filter, asked.getOrDefault(LABEL, List.of()), trouble, rows, next);
    }

    private static @Nullable String next(
            Map<String, List<String>> asked, JobQuery.@Nullable Place place) {
        if (place == null) {
            return null;
        }
        var same =
                asked.entrySet().stream()
                        .filter(e -> !e.getKey().equals(AFTER))
                        .flatMap(e -> e.getValue().stream().map(v -> pair(e.getKey(), v)));
        return Stream.concat(same, Stream.of(pair(AFTER, ListCursor.of(place))))
                .collect(Collectors.joining("&", "/ui/jobs?", ""));
    }

    private static String pair(String name, String value) {
        return encode(name) + "=" + encode(value);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Unavailable.answer(e);
    }
}
