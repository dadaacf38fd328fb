package dev.kiln.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.cli.bench.peers.Plan.Setting;
import dev.kiln.cli.client.CliException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {

    @Test
    void every_handler_is_measured_at_every_concurrency_once() {
        var plan = plan(10, 5, 2, List.of(8, 32, 8));
        assertThat(plan.settings())
                .containsExactly(
                        new Setting(8, Handler.NOOP),
                        new Setting(32, Handler.NOOP),
                        new Setting(8, Handler.INSERT),
                        new Setting(32, Handler.INSERT));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 8, --jobs",
        "1000001, 1, 1, 8, --jobs",
        "1, 0, 1, 8, --warm-up",
        "1, 1, 0, 8, --windows",
        "1, 1, 101, 8, --windows",
        "1, 1, 1, 0, --concurrency",
        "1, 1, 1, 65, --concurrency"
    })
    void what_is_out_of_range_is_named(
            int jobs, int warmUp, int windows, int concurrency, String option) {
        assertThatThrownBy(() -> plan(jobs, warmUp, windows, List.of(concurrency)))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith(option + " is 1 to ");
    }

    @Test
    void without_names_all_contenders_are_meant() {
        assertThat(Contender.parse(List.of())).isEqualTo(EnumSet.allOf(Contender.class));
    }

    @Test
    void contenders_are_known_by_their_own_names() {
        assertThat(Contender.parse(List.of("pg-boss", "kiln", "db-scheduler")))
                .containsExactly(Contender.KILN, Contender.DB_SCHEDULER, Contender.PG_BOSS);
    }

    @Test
    void a_contender_that_is_none_is_named_with_those_that_are() {
        assertThatThrownBy(() -> Contender.parse(List.of("kiln", "sidekiq")))
                .isInstanceOf(CliException.class)
                .hasMessage(
                        "--only knows no 'sidekiq': name some of kiln, db-scheduler, jobrunr, graphile-worker, pg-boss");
    }

    @Test
    void handlers_are_noop_insert_or_both() {
        assertThat(Handler.parse("noop")).containsExactly(Handler.NOOP);
        assertThat(Handler.parse("insert")).containsExactly(Handler.INSERT);
        assertThat(Handler.parse("both")).containsExactly(Handler.NOOP, Handler.INSERT);
        assertThatThrownBy(() -> Handler.parse("none"))
                .isInstanceOf(CliException.class)
                .hasMessage("--handler is noop, insert or both, not 'none'");
    }

    private static Plan plan(int jobs, int warmUp, int windows, List<Integer> concurrencies) {
        return new Plan(
                jobs,
                warmUp,
                windows,
                concurrencies,
                Handler.parse("both"),
                Set.of(Contender.KILN));
    }
}
