package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessCheckTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "OPEN, 127.0.0.1, kiln,     -",
                "OPEN, ::1,       kiln,     -",
                "OPEN, 0.0.0.0,   Zx81-q7,  kiln.access.mode=open would let whoever reaches 0.0.0.0",
                "OPEN, 192.0.2.7, Zx81-q7,  kiln.access.mode=open would let whoever reaches 192.0.2.7",
                "KEYS, 127.0.0.1, kiln,     -",
                "KEYS, 0.0.0.0,   Zx81-q7,  -",
                "KEYS, 0.0.0.0,   -,        -",
                "KEYS, 0.0.0.0,   Postgres, The password of the database could be guessed",
                "KEYS, 0.0.0.0,   kilnuser, The password of the database could be guessed"
            })
    void what_others_can_reach_needs_keys_and_real_passwords(
            AccessMode mode, String host, @Nullable String password, @Nullable String refusal) {
        var check =
                new AccessCheck(
                        mode, true, false, () -> true, "kilnuser", Optional.ofNullable(password));
        var answer = check.refusal(new InetSocketAddress(host, 8080));
        if (refusal == null) {
            assertThat(answer).isEmpty();
        } else {
            assertThat(answer).hasValueSatisfying(text -> assertThat(text).startsWith(refusal));
        }
    }

    @Test
    void an_address_that_has_no_meaning_here_is_not_taken_for_a_local_one() {
        var check =
                new AccessCheck(AccessMode.OPEN, true, false, () -> true, "u", Optional.empty());
        assertThat(check.refusal(InetSocketAddress.createUnresolved("localhost", 8080)))
                .isPresent();
    }

    @Test
    void a_server_whose_doors_no_key_opens_is_refused() {
        assertThat(check(AccessMode.KEYS, true, false).nobodyComesIn())
                .hasValueSatisfying(
                        text -> assertThat(text).contains("KILN_ACCESS_ADMIN_KEY_FILE"));
        assertThat(check(AccessMode.KEYS, true, true).nobodyComesIn()).isEmpty();
        assertThat(check(AccessMode.KEYS, false, false).nobodyComesIn()).isEmpty();
        assertThat(check(AccessMode.OPEN, true, false).nobodyComesIn()).isEmpty();
    }

    @Test
    void where_tokens_are_taken_they_are_asked_for_and_make_the_first_keys() {
        var here = new InetSocketAddress("127.0.0.1", 8080);
        var open = new AccessCheck(AccessMode.OPEN, true, true, () -> true, "u", Optional.empty());
        assertThat(open.refusal(here))
                .hasValueSatisfying(text -> assertThat(text).contains("KILN_ACCESS_MODE=keys"));
        var keys = new AccessCheck(AccessMode.KEYS, true, true, () -> false, "u", Optional.empty());
        assertThat(keys.refusal(here)).isEmpty();
        assertThat(keys.refusal(new InetSocketAddress("0.0.0.0", 8080))).isEmpty();
        assertThat(keys.nobodyComesIn()).isEmpty();
    }

    private static AccessCheck check(AccessMode mode, boolean api, boolean anyKey) {
        return new AccessCheck(mode, api, false, () -> anyKey, "u", Optional.empty());
    }
}
