package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.client.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoalTest {

    @Test
    void a_limit_itself_is_on_the_good_side() {
        assertThat(Goal.atMost("p50", 25, "ms", 25).met()).isTrue();
        assertThat(Goal.atMost("p50", 25.1, "ms", 25).met()).isFalse();
        assertThat(Goal.atLeast("ratio", 1.15, "x", 1.15).met()).isTrue();
        assertThat(Goal.atLeast("ratio", 1.14, "x", 1.15).met()).isFalse();
    }

    @Test
    void people_see_value_and_target_side_by_side() {
        String table =
                Goal.table(
                        List.of(
                                Goal.atMost("paced, p50", 21.53, "ms", 25),
                                Goal.atLeast("ratio", 0.9, "x", 1.15)),
                        120);
        assertThat(table.lines())
                .anySatisfy(line -> assertThat(line).contains("21.5 ms", "≤ 25 ms", "✓"))
                .anySatisfy(line -> assertThat(line).contains("0.9 x", "≥ 1.15 x", "✗"));
    }

    @Test
    void scripts_see_which_side_is_good() {
        var json = Json.object();
        Goal.json(
                List.of(Goal.atMost("a", 1.23456, "ms", 25), Goal.atLeast("b", 2, "x", 3)),
                json.putArray("targets"));
        assertThat(Json.line(json))
                .isEqualTo(
                        "{\"targets\":[{\"name\":\"a\",\"value\":1.235,\"unit\":\"ms\",\"at_most\":25.0,\"met\":true},{\"name\":\"b\",\"value\":2.0,\"unit\":\"x\",\"at_least\":3.0,\"met\":false}]}");
    }
}
