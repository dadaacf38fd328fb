package dev.kiln.access.oidc;

import java.time.Duration;

/** What a look at a token came to. */
public sealed interface Verdict {
    /** It is the issuer's, for this server, and holds now. */
    record Good(Claims claims) implements Verdict {}

    /**
     * It is not.
     *
     * @param reason the check that failed, in words that go on from "the token"; without anything
     *     that the token said
     */
    record Bad(String reason) implements Verdict {}

    /**
     * Nobody can tell, since the issuer's keys cannot be had.
     *
     * @param pause when to ask again at the earliest
     */
    record Unknown(Duration pause) implements Verdict {}
}
