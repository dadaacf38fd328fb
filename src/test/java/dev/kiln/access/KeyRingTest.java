package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.store.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final String FILE_KEY = "0123456789abcdef0123456789abcdef";

    private final Map<String, StoredKey> rows = new HashMap<>();
    private final List<String> questions = new ArrayList<>();
    private final KeyRing ring = new KeyRing(this::find, FILE_KEY, Duration.ofHours(1));

    private Optional<StoredKey> find(String id) {
        questions.add(id);
        return Optional.ofNullable(rows.get(id));
    }

    private ApiKey key(String tenant, String role) {
        var key = ApiKey.next(Instant.EPOCH);
        rows.put(
                key.id(),
                new StoredKey(
                        key.id(), tenant, role, "n", key.secretSha256(), Instant.EPOCH, null));
        return key;
    }

    @Test
    void a_key_tells_whose_it_is_and_is_asked_for_once() {
        var key = key("acme", "submit");
        var caller = new Caller(key.id(), "acme", KeyRole.SUBMIT);
        assertThat(ring.caller(key.reveal())).contains(caller);
        assertThat(ring.caller(key.reveal())).contains(caller);
        assertThat(questions).containsExactly(key.id());
    }

    @Test
    void the_right_id_with_a_wrong_secret_opens_nothing() {
        var key = key("acme", "admin");
        ring.caller(key.reveal());
        var wrong = new ApiKey(key.id(), "0".repeat(64));
        assertThat(ring.caller(wrong.reveal())).isEmpty();
    }

    @Test
    void a_key_that_is_gone_opens_nothing_once_it_is_forgotten() {
        var key = key(null, "admin");
        ring.caller(key.reveal());
        rows.clear();
        ring.forget(key.id());
        assertThat(ring.caller(key.reveal())).isEmpty();
    }

    @Test
    void the_files_key_may_everything_and_asks_nobody() {
        assertThat(ring.caller(FILE_KEY)).contains(new Caller(KeyRing.FILE, null, KeyRole.ADMIN));
        assertThat(ring.caller(FILE_KEY + "0")).isEmpty();
        assertThat(questions).isEmpty();
    }
}
