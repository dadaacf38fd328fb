package dev.kiln.access.oidc;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;
import org.jspecify.annotations.Nullable;

/**
 * The issuer's keys as they were when it was asked last. It is asked when there are none, when they
 * are old (beside the requests), and when a token names one that is not among them; by one thread
 * at a time, and not again before the pause is over, whatever tokens come. While it does not answer
 * the last ones are used, up to an age.
 */
final class IssuerKeys {
    /** Fetches them. */
    @FunctionalInterface
    interface Source {
        List<JsonWebKey> keys() throws IOException;
    }

    private record Fetched(List<JsonWebKey> keys, Instant at) {}

    private static final Logger LOG = Logger.getLogger(IssuerKeys.class);

    private final Source source;
    private final OidcSettings settings;
    private final InstantSource clock;

    /** Held while the issuer is asked. */
    private final ReentrantLock asking = new ReentrantLock();

    private volatile @Nullable Fetched last;
    private volatile Instant asked = Instant.MIN;

    /** Why the last try failed; null when it did not. */
    private volatile @Nullable String trouble;

    IssuerKeys(Source source, OidcSettings settings, InstantSource clock) {
        this.source = source;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Those to verify by.
     *
     * @throws IssuerAway when there are none that could still be used
     */
    List<JsonWebKey> current() throws IssuerAway {
        var known = last;
        if (known == null || isOlder(known, settings.kept())) {
            return ask(known).keys();
        }
        if (isOlder(known, settings.refresh()) && mayAsk()) {
            Thread.ofVirtual().name("kiln-oidc-keys").start(() -> refresh(known));
        }
        return known.keys();
    }

    /**
     * Those that the issuer has by now, or the same when it was asked a moment ago.
     *
     * @param without the keys among which one was missing
     * @throws IssuerAway when it does not answer
     */
    List<JsonWebKey> afresh(List<JsonWebKey> without) throws IssuerAway {
        var known = last;
        return known != null && known.keys() != without ? known.keys() : ask(known).keys();
    }

    /** Why there are none, or why they could not be had anew; empty when all is well. */
    @Nullable String trouble() {
        return trouble;
    }

    private void refresh(Fetched known) {
        try {
            ask(known);
        } catch (IssuerAway goesOnWithTheOldOnes) {
            // The log has it, and readiness.
        }
    }

    private Fetched ask(@Nullable Fetched known) throws IssuerAway {
        asking.lock();
        try {
            var now = last;
            if (now != null && now != known) {
                return now; // somebody else asked meanwhile
            }
            if (mayAsk()) {
                fetch();
                now = last;
            }
            String why = trouble;
            if (why != null || now == null) {
                throw new IssuerAway(String.valueOf(why));
            }
            return now;
        } finally {
            asking.unlock();
        }
    }

    private void fetch() {
        asked = clock.instant();
        try {
            last = new Fetched(source.keys(), clock.instant());
            if (trouble != null) {
                LOG.info("oidc=back");
            }
            trouble = null;
        } catch (IOException e) {
            if (trouble == null) {
                LOG.warnf("oidc=unavailable, keys of Kiln's own still work: %s", e.getMessage());
            }
            trouble = String.valueOf(e.getMessage());
        } finally {
            // From its end too, or those who waited for a long one would each begin another.
            asked = clock.instant();
        }
    }

    private boolean mayAsk() {
        return asked.equals(Instant.MIN) || !clock.instant().isBefore(asked.plus(settings.pause()));
    }

    private boolean isOlder(Fetched fetched, Duration age) {
        return clock.instant().isAfter(fetched.at().plus(age));
    }
}
