package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemandTest {
    private final Demand demand = new Demand();

    @Test
    void nothing_is_shared_out_while_nothing_is_known() {
        assertThat(demand.shares(4)).isEmpty();
    }

    @Test
    void what_is_expected_shares_all_cells_until_something_is_asked_for() {
        demand.expect(Set.of(shape(1), shape(2)));
        assertThat(demand.shares(4)).isEqualTo(Map.of(shape(1), 2, shape(2), 2));
        demand.asked(shape(3));
        assertThat(demand.shares(4)).containsEntry(shape(3), 4);
    }

    @Test
    void cells_are_shared_in_proportion_and_none_is_kept_back() {
        for (int i = 0; i < 100; i++) {
            demand.asked(shape(i % 4 == 0 ? 1 : 2));
        }
        assertThat(demand.shares(4)).isEqualTo(Map.of(shape(1), 1, shape(2), 3));
        for (int cells = 0; cells < 9; cells++) {
            assertThat(demand.shares(cells).values().stream().mapToInt(n -> n).sum())
                    .isEqualTo(cells);
        }
    }

    @Test
    void what_is_no_longer_asked_for_is_forgotten_unless_it_is_expected() {
        demand.expect(Set.of(shape(1)));
        demand.asked(shape(1));
        demand.asked(shape(2));
        for (int i = 0; i < 100; i++) {
            demand.asked(shape(3));
        }
        assertThat(demand.weight(shape(1))).isPositive();
        assertThat(demand.weight(shape(2))).isZero();
        assertThat(demand.shares(3)).doesNotContainKey(shape(2)).containsEntry(shape(3), 3);
    }

    private static Shape shape(int megabytes) {
        return new Shape(
                new Image("sha256:1", Map.of(), Set.of()),
                new ContainerRuntime("runsc", true, "1", "systrap", 2),
                new Limits(Duration.ofSeconds(9), (long) megabytes << 20, 1, 50, 9, 1 << 20),
                new LaunchCommand("main", List.of("/bin/sh", "{file}"), null));
    }
}
