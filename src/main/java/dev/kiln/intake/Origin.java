package dev.kiln.intake;

import dev.kiln.job.JobId;
import org.jspecify.annotations.Nullable;

/** What a document's door adds to it. */
public sealed interface Origin {
    /**
     * Submitted over HTTP.
     *
     * @param fresh the id that the job gets when the document gives none
     * @param batch the batch that the request belongs to; a document may repeat it, not name
     *     another
     */
    record Http(JobId fresh, @Nullable String batch) implements Origin {
        public Http(JobId fresh) {
            this(fresh, null);
        }
    }

    /**
     * Taken from the topic.
     *
     * @param key the record's key, which is the id when the document gives none
     */
    record Topic(@Nullable String key) implements Origin {}
}
