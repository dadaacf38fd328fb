package dev.kiln.problem;

/** The kinds of problems. Their URIs are stable: clients may decide on them. */
public enum ProblemType {
    /** The body is no JSON at all, or not in the expected shape. */
    MALFORMED_BODY("malformed-body", "The body cannot be read", 400),
    /** The request line or its parameters are wrong. */
    INVALID_REQUEST("invalid-request", "The request is not valid", 400),
    /** The document can be read but its fields are wrong; {@code errors} names each. */
    INVALID_JOB("invalid-job", "The job is not valid", 400),
    /** No key or token, or none that opens anything. */
    UNAUTHENTICATED("unauthenticated", "The request needs a key or token that is valid here", 401),
    /** The role of the key or token is not enough. */
    NOT_ALLOWED("not-allowed", "The key or token does not allow this", 403),
    /** The key, or the topic, is not of the tenant that was named. */
    FOREIGN_TENANT("foreign-tenant", "The tenant is another one's", 403),
    /** The host or origin of the request is not one that may use this server. */
    FORBIDDEN("forbidden", "The request may not come this way", 403),
    NOT_FOUND("not-found", "There is nothing at this address", 404),
    UNKNOWN_JOB("unknown-job", "There is no such job", 404),
    UNKNOWN_BATCH("unknown-batch", "There is no such batch", 404),
    UNKNOWN_KEY("unknown-key", "There is no such key", 404),
    UNKNOWN_WORKER("unknown-worker", "There is no such worker", 404),
    NO_RESULT("no-result", "The job has no result yet", 404),
    /** There was nothing to compile, and never will be. */
    NO_COMPILER("no-compiler", "No compiler was run for the job", 404),
    /** It was submitted without one. */
    NO_WEBHOOK("no-webhook", "The job has no webhook", 404),
    UNKNOWN_ARTIFACT("unknown-artifact", "The job has no such artifact", 404),
    METHOD_NOT_ALLOWED("method-not-allowed", "This address does not take this method", 405),
    NOT_ACCEPTABLE("not-acceptable", "No representation is acceptable to the client", 406),
    /** The id belongs to a job with another body. */
    CONFLICTING_JOB("conflicting-job", "The id belongs to another job", 409),
    /** The key of a submission belongs to a job with another body, or with another id. */
    CONFLICTING_KEY("conflicting-key", "The idempotency key belongs to another job", 409),
    /** The batch takes no more jobs, or not as many as the document says. */
    CLOSED_BATCH("closed-batch", "The batch does not take this job", 409),
    /** It is too late to change what becomes of the job. */
    JOB_ENDED("job-ended", "The job has come to its end", 409),
    /** The job may still change. */
    JOB_NOT_ENDED("job-not-ended", "The job has not come to its end", 409),
    /** What the job read is no longer kept. */
    CONTEXT_GONE("context-gone", "The job's context is no longer there", 410),
    /** It had ended, and the time was over for which it was to be kept. */
    JOB_REMOVED("job-removed", "The job was removed", 410),
    TOO_LARGE("too-large", "The body is too large", 413),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", "The body's media type is not supported", 415),
    /** The range of bytes begins behind the content's end. */
    RANGE_NOT_SATISFIABLE("range-not-satisfiable", "The content has no such bytes", 416),
    /** The content is another than the address says. */
    HASH_MISMATCH("hash-mismatch", "The content is not what its address says", 422),
    /** As many jobs wait as the site takes. */
    QUEUE_FULL("queue-full", "Too many jobs are queued", 429),
    /** As many jobs of the tenant wait as it may have. */
    QUOTA_REACHED("quota-reached", "Too many jobs of the tenant are queued", 429),
    /** The tenant sends requests faster than it may. */
    TOO_FAST("too-fast", "Too many requests", 429),
    /** What other statuses come to; the title says no more than the status. */
    OTHER("other", "The request failed", 400),
    INTERNAL_ERROR("internal-error", "The server failed", 500),
    /** It was in the object store, and is there no more, or is damaged. */
    OUTPUT_LOST("output-lost", "The output was lost", 500),
    UNAVAILABLE("unavailable", "The server cannot do this now", 503);

    private final String uri;
    private final String title;
    private final int status;

    ProblemType(String name, String title, int status) {
        this.uri = "/problems/" + name;
        this.title = title;
        this.status = status;
    }

    /** The type's URI, relative to the server. */
    public String uri() {
        return uri;
    }

    public String title() {
        return title;
    }

    /** The HTTP status that goes with it. */
    public int status() {
        return status;
    }

    /** The type that says the most about a bare HTTP status. */
    public static ProblemType ofStatus(int status) {
        return switch (status) {
            case 400 -> INVALID_REQUEST;
            case 401 -> UNAUTHENTICATED;
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 409 -> CONFLICTING_JOB;
            case 413 -> TOO_LARGE;
            case 416 -> RANGE_NOT_SATISFIABLE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 429 -> QUEUE_FULL;
            case 503 -> UNAVAILABLE;
            default -> status >= 500 ? INTERNAL_ERROR : OTHER;
        };
    }
}
