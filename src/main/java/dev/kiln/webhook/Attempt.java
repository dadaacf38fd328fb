package dev.kiln.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of posting an event. */
sealed interface Attempt {
    /** The receiver has it. */
    record Taken(int status) implements Attempt {}

    /**
     * It was not taken; perhaps it will be.
     *
     * @param status of the answer, null where there was none
     * @param error what went wrong, in words for the tenant: nothing of what the receiver sent, and
     *     nothing of this host's network
     * @param after how long the receiver wants to be left alone; null where it did not say
     */
    record Failed(@Nullable Integer status, String error, @Nullable Duration after)
            implements Attempt {}

    /** The receiver wants no more of it. */
    record Gone(int status) implements Attempt {}
}
