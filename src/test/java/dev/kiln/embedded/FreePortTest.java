package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {
    @Test
    void ports_are_distinct_free_and_no_outgoing_connections_can_have_them() {
        var ports = IntStream.range(0, 200).map(_ -> FreePort.pick()).boxed().toList();
        assertThat(ports)
                .doesNotHaveDuplicates()
                .allMatch(FreePort::isFree)
                .allMatch(port -> port < FreePort.lowestEphemeral());
    }

    @Test
    void a_port_that_is_taken_is_not_free() throws Exception {
        try (var owner =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThat(FreePort.isFree(owner.getLocalPort())).isFalse();
        }
    }
}
