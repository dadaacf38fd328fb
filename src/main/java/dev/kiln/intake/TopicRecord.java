package dev.kiln.intake;

import dev.kiln.job.Cancellation;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.wire.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a record on the topic says. */
sealed interface TopicRecord {
    /** Run this job. */
    record Submit(Submission submission) implements TopicRecord {}

    /** Take this job back. */
    record Cancel(Cancellation cancellation) implements TopicRecord {}

    /**
     * Nothing that Kiln could act on.
     *
     * @param id the id it was submitted under, when it was meant as a submission and one could be
     *     read
     * @param errors what is wrong with it, at least one
     */
    record Refused(@Nullable JobId id, List<FieldError> errors) implements TopicRecord {}
}
