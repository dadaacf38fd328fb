package dev.kiln.intake;

import dev.kiln.job.Aftercare;
import java.time.Duration;

/** Reads what is to be done about a job after its end. */
final class AftercareReader {
    private final Range<Long> ttl;

    /**
     * @throws IllegalArgumentException when the policy contradicts itself or allows what is no time
     *     to live
     */
    AftercareReader(PolicyConfig policy) {
        ttl =
                new Range<>(
                        "kiln.policy.ttl (in seconds)",
                        policy.ttlMin().toSeconds(),
                        policy.ttlDefault().toSeconds(),
                        policy.ttlMax().toSeconds());
        // Not below one second nor beyond what the table holds; what is between them is in order.
        aftercare(Math.toIntExact(ttl.min()));
        aftercare(Math.toIntExact(ttl.max()));
    }

    Aftercare read(Fields job) {
        return aftercare(Numbers.integer(job, "ttl", ttl));
    }

    private static Aftercare aftercare(int seconds) {
        return new Aftercare(Duration.ofSeconds(seconds));
    }
}
