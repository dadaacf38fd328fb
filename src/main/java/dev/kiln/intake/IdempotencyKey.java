package dev.kiln.intake;

import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header by which a producer knows a submission whose id it left to Kiln. */
final class IdempotencyKey {
    static final String NAME = "Idempotency-Key";

    private static final Pattern KEY = Pattern.compile("[ -~]{1,255}");

    private IdempotencyKey() {}

    /**
     * Reads the header; null when there is none.
     *
     * @throws ProblemException when it is there twice or is no key
     */
    static @Nullable String read(List<String> values) {
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1 || !KEY.matcher(values.getFirst()).matches()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "the header %s must be there once, with 1 to 255 printable ASCII characters"
                            .formatted(NAME));
        }
        return values.getFirst();
    }
}
