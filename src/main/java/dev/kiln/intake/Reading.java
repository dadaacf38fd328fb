package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.wire.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of reading a submitted document. */
public sealed interface Reading {
    /** It is a job. */
    record Accepted(Submission submission) implements Reading {}

    /**
     * It is not.
     *
     * @param id the id it was submitted under, when one could be read; a refusal can be found by it
     * @param errors what is wrong with it, at least one
     */
    record Refused(@Nullable JobId id, List<FieldError> errors) implements Reading {
        public Refused {
            errors = List.copyOf(errors);
            if (errors.isEmpty()) {
                throw new IllegalArgumentException("a refusal names at least one error");
            }
        }
    }
}
