package dev.kiln.cli.bench.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.bench.queue.ClaimCost.Situation;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of claims that were measured. */
class ClaimCostTest {
    private static final String PLAN =
            """
            [{"Plan": {"Node Type": "Sort", "Actual Rows": 8.00, "Shared Hit Blocks": 150, "Shared Read Blocks": 3, "Plans": [
                {"Node Type": "LockRows", "Actual Rows": 8.00, "Plans": [
                    {"Node Type": "Index Scan", "Index Name": "job_ready", "Relation Name": "job"},
                    {"Node Type": "Index Scan", "Index Name": "job_ready", "Relation Name": "job"}]},
                {"Node Type": "Sort", "Actual Rows": 70.00},
                {"Node Type": "CTE Scan", "CTE Name": "mine"},
                {"Node Type": "Seq Scan", "Relation Name": "job"}]}}]
            """;

    @Test
    void a_plan_tells_its_pages_its_rows_and_each_way_of_reading_a_table_once() throws Exception {
        var plan = ClaimPlan.of(PLAN);
        assertThat(plan.hit()).isEqualTo(150);
        assertThat(plan.read()).isEqualTo(3);
        assertThat(plan.buffers()).isEqualTo(153);
        assertThat(plan.locked()).isEqualTo(8);
        assertThat(plan.sorted()).isEqualTo(70);
        assertThat(plan.scans()).containsExactly("Index Scan job_ready", "Seq Scan job");
    }

    @Test
    void times_are_those_that_a_share_of_the_claims_do_not_exceed() throws Exception {
        var plan = ClaimPlan.of(PLAN);
        var took = IntStream.rangeClosed(1, 200).mapToObj(i -> Duration.ofMillis(201 - i)).toList();
        var cost =
                new ClaimCost(1_000_000, 1000, Situation.LINE, 8, took, plan, plan, 9.04, "text");
        var json = cost.json();
        assertThat(json.path("ms_p50").asDouble()).isEqualTo(100);
        assertThat(json.path("ms_p99").asDouble()).isEqualTo(198);
        assertThat(json.path("ms_max").asDouble()).isEqualTo(200);
        assertThat(json.path("situation").asText()).isEqualTo("line");
        assertThat(json.at("/last/buffers_hit").asLong()).isEqualTo(150);
        assertThat(json.at("/last/scans")).hasSize(2);
        assertThat(List.of(cost.cells()))
                .containsExactly(
                        "1 000 000",
                        "1 000",
                        "in line",
                        "100.00",
                        "198.00",
                        "200.00",
                        "150 + 3",
                        "150 + 3",
                        "9.0");
    }
}
