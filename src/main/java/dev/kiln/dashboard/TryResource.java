package dev.kiln.dashboard;

import dev.kiln.access.Callers;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.dashboard.TryForm.Limit;
import dev.kiln.intake.LanguagesConfig;
import dev.kiln.intake.PolicyConfig;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.List;

/** Where a job can be tried: its script submits to the API and follows what happens. */
@Path("/ui/try")
@RunOnVirtualThread
@Requires(Right.READ)
public class TryResource {
    private final List<String> languages;
    private final List<Limit> limits;
    private final Frames frames;
    private final Callers callers;

    TryResource(LanguagesConfig languages, PolicyConfig policy, Frames frames, Callers callers) {
        // The one that most will try comes first.
        this.languages =
                languages.runtimes().keySet().stream()
                        .sorted(
                                (a, b) ->
                                        a.equals("python")
                                                ? -1
                                                : b.equals("python") ? 1 : a.compareTo(b))
                        .toList();
        this.limits = limits(policy);
        this.frames = frames;
        this.callers = callers;
    }

    private static List<Limit> limits(PolicyConfig policy) {
        return List.of(
                new Limit(
                        "timeout",
                        "Time",
                        String.valueOf(policy.timeoutDefault().toSeconds()),
                        "seconds"),
                new Limit(
                        "memory_limit",
                        "Memory",
                        size(policy.memoryDefault().bytes()),
                        "such as 512m"),
                new Limit(
                        "cpu_limit",
                        "Processors",
                        policy.cpusDefault().toPlainString(),
                        "such as 0.5"),
                new Limit(
                        "pids_limit",
                        "Processes",
                        String.valueOf(policy.pidsDefault()),
                        "a number"),
                new Limit(
                        "output_limit",
                        "Output",
                        size(policy.outputDefault().bytes()),
                        "such as 1m"),
                new Limit("disk_limit", "Disk", size(policy.diskDefault().bytes()), "such as 64m"));
    }

    /** As documents write it. */
    private static String size(long bytes) {
        return bytes % (1 << 20) == 0 ? (bytes >> 20) + "m" : String.valueOf(bytes);
    }

    /** The form. */
    @GET
    public Response form() {
        var form = new TryForm(languages, limits, callers.current().may(Right.SUBMIT));
        return Html.ok(Pages.tryout(frames.frame("Try a job", "try"), form));
    }
}
