package dev.kiln.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessAccountTest {

    @Test
    void user_and_system_time_are_one_and_ticks_are_hundredths_of_a_second() {
        var account =
                ProcessAccount.parse(
                                "4711 (dockerd) S 1 4711 4711 0 -1 4194560 9 8 7 6 150 50 30 20 20 0 14 0 998 1 2\n")
                        .orElseThrow();
        assertThat(account)
                .isEqualTo(
                        new ProcessAccount(
                                4711, "dockerd", 1, Duration.ofSeconds(2), Duration.ofMillis(500)));
        assertThat(account.all()).isEqualTo(Duration.ofMillis(2500));
    }

    @Test
    void a_name_may_look_like_the_rest_of_the_line() {
        var account = ProcessAccount.parse(FakeHost.stat(7, "a) S 99 (b", 3, 30, 0)).orElseThrow();
        assertThat(account.name()).isEqualTo("a) S 99 (b");
        assertThat(account.parent()).isEqualTo(3);
        assertThat(account.own()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void what_is_cut_short_is_no_account() {
        assertThat(ProcessAccount.parse("")).isEmpty();
        assertThat(ProcessAccount.parse("12 (x")).isEmpty();
        assertThat(ProcessAccount.parse("12 (x)")).isEmpty();
        assertThat(ProcessAccount.parse("12 (x) S 1 2 3")).isEmpty();
    }
}
