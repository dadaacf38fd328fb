package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeardownTest {

    private final List<String> stopped = new ArrayList<>();
    private final Teardown teardown = new Teardown();

    @Test
    void stops_in_the_reverse_order_and_once() {
        start("database");
        start("server");
        teardown.close();
        teardown.close();
        assertThat(stopped).containsExactly("server", "database");
    }

    @Test
    void what_cannot_be_stopped_does_not_keep_the_rest_running() {
        start("database");
        teardown.start(
                () ->
                        () -> {
                            throw new IllegalStateException("stuck");
                        });
        assertThatThrownBy(teardown::close).hasRootCauseMessage("stuck");
        assertThat(stopped).containsExactly("database");
    }

    @Test
    void nothing_starts_after_the_stop() {
        teardown.close();
        assertThatThrownBy(() -> start("late")).isInstanceOf(ServerStartException.class);
        assertThat(stopped).isEmpty();
    }

    private void start(String name) {
        teardown.start(() -> () -> stopped.add(name));
    }
}
