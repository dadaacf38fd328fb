package dev.kiln.dashboard;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/** The templates; each value that they write is escaped, and none asks for it not to be. */
@CheckedTemplate(basePath = "dashboard")
final class Pages {
    private Pages() {}

    static native TemplateInstance overview(Frame frame, Overview now);

    static native TemplateInstance overview$live(Overview now);

    static native TemplateInstance jobs(Frame frame, JobTable table);

    static native TemplateInstance job(Frame frame, JobView job);

    static native TemplateInstance job$detail(JobView job);

    static native TemplateInstance tryout(Frame frame, TryForm form);

    static native TemplateInstance batches(Frame frame, List<BatchLine> batches);

    static native TemplateInstance batch(Frame frame, BatchView batch);

    static native TemplateInstance signin(Frame frame, String trouble);

    static native TemplateInstance problem(Frame frame, String detail);
}
