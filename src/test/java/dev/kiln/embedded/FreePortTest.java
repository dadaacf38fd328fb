package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kiln.embedded.FreePort.Ephemeral;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreePortTest {
    @Test
    void ports_are_distinct_and_free() {
        var ports = IntStream.range(0, 200).map(_ -> FreePort.pick()).boxed().toList();
        assertThat(ports).doesNotHaveDuplicates().allMatch(FreePort::isFree);
    }

    @ParameterizedTest
    @CsvSource({
        "32768\t60999, 10000, 32767", // Linux as it comes
        "10000 60999, 61000, 65535",
        "16000 65535, 10000, 15999",
    })
    void a_port_outside_the_range_is_chosen_where_there_is_room(String range, int from, int to) {
        var ephemeral = Ephemeral.parse(range);
        var random = new Random(1);
        assertThat(IntStream.range(0, 1_000).map(_ -> ephemeral.besides(random)))
                .allMatch(port -> port >= from && port <= to);
    }

    @ParameterizedTest
    @CsvSource({"1024 65535, 1", "10001 65000, 0"})
    void one_of_the_other_parity_is_chosen_where_there_is_none(String range, int parity) {
        var ephemeral = Ephemeral.parse(range);
        var random = new Random(1);
        assertThat(IntStream.range(0, 1_000).map(_ -> ephemeral.besides(random)))
                .allMatch(port -> port % 2 == parity && port >= 10_000 && port <= 65_535);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1024", "a b", "2000 1000", "0 70000", "1 2 3"})
    void what_is_no_range_is_refused(String setting) {
        assertThatIllegalArgumentException().isThrownBy(() -> Ephemeral.parse(setting));
    }

    @Test
    void a_port_that_is_taken_is_not_free() throws Exception {
        try (var owner = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(FreePort.isFree(owner.getLocalPort())).isFalse();
        }
    }
}
