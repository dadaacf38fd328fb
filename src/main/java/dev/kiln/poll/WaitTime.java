package dev.kiln.poll;

import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query parameter {@code wait}: how long an answer may wait for a job's end. */
public final class WaitTime {
    /** The parameter's name. */
    public static final String NAME = "wait";

    /** What the parameter is, for people. */
    public static final String DESCRIPTION =
            "Seconds to wait for the job's end, 0 to 60, fractions allowed; 0 when absent";

    private static final int MOST_SECONDS = 60;

    /** No sign, no exponent: what people write for seconds. */
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    private WaitTime() {}

    /**
     * Reads the parameter's value.
     *
     * @param text null when it was not given
     * @throws ProblemException when it is no number of seconds within the bounds
     */
    public static Duration parse(@Nullable String text) {
        if (text == null) {
            return Duration.ZERO;
        }
        if (SECONDS.matcher(text).matches()) {
            var wait = Duration.ofNanos(new BigDecimal(text).movePointRight(9).longValueExact());
            if (wait.compareTo(Duration.ofSeconds(MOST_SECONDS)) <= 0) {
                return wait;
            }
        }
        throw new ProblemException(
                ProblemType.INVALID_REQUEST,
                "the query's wait must be a number of seconds from 0 to %d, such as 30 or 2.5"
                        .formatted(MOST_SECONDS));
    }
}
