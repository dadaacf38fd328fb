package dev.kiln.intake;

import dev.kiln.job.JobId;
import org.jspecify.annotations.Nullable;

/** What a document's door adds to it. */
public sealed interface Origin {
    /**
     * The tenant that whoever sent the document speaks for: a document that names no other is its.
     * Null when it may name any.
     */
    @Nullable String tenant();

    /**
     * Submitted over HTTP.
     *
     * @param fresh the id that the job gets when the document gives none
     * @param batch the batch of the request, for a document that names none
     */
    record Http(JobId fresh, @Nullable RequestBatch batch, @Nullable String tenant)
            implements Origin {
        /** From somebody who may name any tenant. */
        public Http(JobId fresh) {
            this(fresh, null, null);
        }
    }

    /**
     * The batch of a request.
     *
     * @param name its name
     * @param chosen whether the client chose it: then no document may name another
     */
    record RequestBatch(String name, boolean chosen) {}

    /**
     * Taken from the topic.
     *
     * @param key the record's key, which is the id when the document gives none
     */
    record Topic(@Nullable String key, @Nullable String tenant) implements Origin {
        /** From a topic whose documents may name any tenant. */
        public Topic(@Nullable String key) {
            this(key, null);
        }
    }
}
