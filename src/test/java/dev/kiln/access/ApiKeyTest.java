package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
    private static final String ID = "0123456789abcdef0123";
    private static final String SECRET = "f".repeat(64);

    @Test
    void a_new_key_is_read_as_it_was_told() {
        var key = ApiKey.next(Instant.now());
        assertThat(ApiKey.parse(key.reveal())).contains(key);
        assertThat(key.secretSha256()).hasSize(32);
    }

    @Test
    void later_ids_are_greater_and_no_secret_comes_twice() {
        var one = ApiKey.next(Instant.ofEpochMilli(1));
        var two = ApiKey.next(Instant.ofEpochMilli(2));
        assertThat(two.id()).isGreaterThan(one.id());
        assertThat(two.secret()).isNotEqualTo(one.secret());
    }

    @Test
    void printed_by_mistake_it_keeps_its_secret() {
        assertThat(new ApiKey(ID, SECRET).toString()).contains(ID).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "kiln_",
                "kiln_" + ID,
                "kiln_" + ID + "_ffff",
                "kiln_0123_ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "xiln_" + ID + "_ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "kiln_" + ID + "_FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            })
    void other_texts_are_no_keys(String text) {
        assertThat(ApiKey.parse(text)).isEmpty();
    }
}
