package dev.kiln.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Cancellation;
import dev.kiln.job.JobId;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of the topic: submissions, and cancels as schemas/cancel.schema.json describes
 * them. An object with a member {@code cancel} is the latter and nothing else, whatever more it
 * holds.
 */
@Singleton
class TopicReader {
    private static final String CANCEL = "cancel";
    private static final List<String> KNOWN = List.of(CANCEL, "tenant");

    private final SubmissionReader submissions;

    TopicReader(SubmissionReader submissions) {
        this.submissions = submissions;
    }

    /** Reads one record. No content of it, whatever it is, makes this throw. */
    TopicRecord read(byte[] document, @Nullable String key) {
        return read(document, new Origin.Topic(key));
    }

    /** As {@link #read(byte[], String)}, from a topic that may be one tenant's own. */
    TopicRecord read(byte[] document, Origin.Topic origin) {
        var errors = new Errors();
        ObjectNode root = submissions.parse(document, origin, errors);
        if (root != null && root.hasNonNull(CANCEL)) {
            return cancel(root, origin, errors);
        }
        return switch (submissions.read(root, origin, errors)) {
            case Reading.Accepted(var submission) -> new TopicRecord.Submit(submission);
            case Reading.Refused(var id, var all) -> new TopicRecord.Refused(id, all);
        };
    }

    private static TopicRecord cancel(ObjectNode root, Origin.Topic origin, Errors errors) {
        LoneSurrogates.find(root, "", errors);
        OwnTenant.apply(origin, root, errors);
        var fields = Fields.of(root, "", errors);
        fields.refuseUnknown(KNOWN, Map.of());
        JobId job = SubmissionReader.givenId(fields, CANCEL, origin);
        String tenant = PlacementReader.tenant(fields);
        // What was no submission is not remembered as the refusal of one.
        return job == null || !errors.isEmpty()
                ? new TopicRecord.Refused(null, errors.list())
                : new TopicRecord.Cancel(new Cancellation(job, tenant));
    }
}
