package dev.kiln.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwk.JsonWebKey;
import org.junit.jupiter.api.Test;

class IssuerKeysTest {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final OidcSettings SETTINGS =
            new OidcSettings(
                    "https://id.example",
                    List.of("kiln"),
                    Set.of("RS256"),
                    Duration.ZERO,
                    Duration.ofMinutes(10),
                    Duration.ofHours(1),
                    PAUSE,
                    Optional.empty());

    private final AtomicInteger asked = new AtomicInteger();
    private volatile Instant now = Instant.EPOCH;
    private volatile boolean away;
    private final IssuerKeys keys = new IssuerKeys(this::fetch, SETTINGS, () -> now);

    /** A list of its own each time. */
    private List<JsonWebKey> fetch() throws IOException {
        asked.incrementAndGet();
        if (away) {
            throw new IOException("nobody there");
        }
        return List.of(OidcExamples.key());
    }

    private void later(Duration by) {
        now = now.plus(by);
    }

    @Test
    void they_are_fetched_once_for_many_tokens() throws Exception {
        var first = keys.current();
        assertThat(keys.current()).isSameAs(first);
        assertThat(asked).hasValue(1);
    }

    @Test
    void tokens_with_unknown_keys_cause_one_fetch_in_a_pause() throws Exception {
        var first = keys.current();
        assertThat(keys.afresh(first)).isSameAs(first);
        assertThat(asked).hasValue(1);
        later(PAUSE);
        var second = keys.afresh(first);
        assertThat(second).isNotSameAs(first);
        assertThat(keys.afresh(first)).isSameAs(second);
        assertThat(keys.afresh(second)).isSameAs(second);
        assertThat(asked).hasValue(2);
    }

    @Test
    void an_issuer_that_is_away_is_asked_once_in_a_pause_and_found_when_it_is_back() {
        away = true;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(keys::current)
                    .isInstanceOf(IssuerAway.class)
                    .hasMessage("nobody there");
        }
        assertThat(asked).hasValue(1);
        away = false;
        later(PAUSE);
        assertThat(catching()).isNotEmpty();
        assertThat(keys.trouble()).isNull();
    }

    private List<JsonWebKey> catching() {
        try {
            return keys.current();
        } catch (IssuerAway e) {
            return List.of();
        }
    }

    @Test
    void old_keys_are_fetched_beside_the_request_and_used_for_a_while_without_the_issuer()
            throws Exception {
        var first = keys.current();
        away = true;
        later(Duration.ofMinutes(11));
        assertThat(keys.current()).isSameAs(first);
        await().until(() -> keys.trouble() != null);
        assertThat(keys.current()).isSameAs(first);
        assertThat(asked).hasValue(2);
        assertThatThrownBy(() -> keys.afresh(first)).isInstanceOf(IssuerAway.class);

        later(Duration.ofMinutes(50));
        assertThatThrownBy(keys::current).isInstanceOf(IssuerAway.class);
        away = false;
        later(PAUSE);
        assertThat(keys.current()).isNotSameAs(first);
    }
}
