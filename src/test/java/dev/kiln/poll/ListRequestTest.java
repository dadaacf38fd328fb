package dev.kiln.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.problem.ProblemException;
import dev.kiln.store.JobQuery;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListRequestTest {
    private static final JobQuery.Place PLACE =
            new JobQuery.Place(
                    Instant.parse("2026-01-02T03:04:05.678901Z"), new UUID(-1L, Long.MIN_VALUE));

    @Test
    void nothing_asked_for_is_all_jobs_fifty_at_a_time() {
        var request = ListRequest.read(Map.of());
        assertThat(request.most()).isEqualTo(50);
        assertThat(request.query())
                .isEqualTo(new JobQuery(null, null, null, null, null, null, null, Map.of(), null));
    }

    @Test
    void every_parameter_has_its_place() {
        var request =
                ListRequest.read(
                        Map.of(
                                "state", List.of("FINISHED"),
                                "cause", List.of("timed_out"),
                                "tenant", List.of("acme"),
                                "batch", List.of("b:1"),
                                "language", List.of("node-esm"),
                                "since", List.of("2026-01-01T01:00:00+01:00"),
                                "until", List.of("2026-01-02T00:00:00Z"),
                                "label", List.of("a=", "b=c=d"),
                                "limit", List.of("200"),
                                "after", List.of(ListCursor.of(PLACE))));
        assertThat(request.most()).isEqualTo(200);
        assertThat(request.query())
                .isEqualTo(
                        new JobQuery(
                                "FINISHED",
                                "timed_out",
                                "acme",
                                "b:1",
                                "node-esm",
                                Instant.parse("2026-01-01T00:00:00Z"),
                                Instant.parse("2026-01-02T00:00:00Z"),
                                Map.of("a", "", "b", "c=d"),
                                PLACE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "state|finished|QUEUED, RUNNING",
                "state|REJECTED|EXPIRED",
                "cause|oom|out_of_memory",
                "tenant|a b|1 to 128",
                "batch|''|1 to 128",
                "language|c++|1 to 128",
                "since|yesterday|RFC 3339",
                "since|2026-01-01T00:00:00 01:00|%2B",
                "until|+12026-01-01T00:00:00Z|RFC 3339",
                "label|team|label=team%3Dred",
                "label|=red|NAME=VALUE",
                "limit|0|from 1 to 200",
                "limit|201|from 1 to 200",
                "limit|-1|from 1 to 200",
                "limit|1e2|from 1 to 200",
                "limit|99999999999|from 1 to 200",
                "after|x|unchanged",
                "after|AAAA|unchanged",
                "after|f_________8AAAAAAAAAAAAAAAAAAAAA|unchanged",
                "stat|QUEUED|state, cause"
            })
    void what_a_parameter_cannot_be_is_told_with_its_name_and_the_remedy(
            String name, String value, String remedy) {
        assertThatThrownBy(() -> ListRequest.read(Map.of(name, List.of(value))))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> {
                            assertThat(e.problem().status()).isEqualTo(400);
                            assertThat(e.problem().detail()).contains(remedy);
                            if (!name.equals("stat")) {
                                assertThat(e.problem().detail()).startsWith("the query's " + name);
                            }
                        });
    }

    @Test
    void what_contradicts_itself_is_refused() {
        assertThatThrownBy(() -> ListRequest.read(Map.of("state", List.of("QUEUED", "RUNNING"))))
                .hasMessageContaining("state is there more than once");
        assertThatThrownBy(() -> ListRequest.read(Map.of("label", List.of("a=1", "a=2"))))
                .hasMessageContaining("two values of one name");
        assertThatThrownBy(
                        () ->
                                ListRequest.read(
                                        Map.of(
                                                "since", List.of("2026-01-01T00:00:00Z"),
                                                "until", List.of("2026-01-01T00:00:00Z"))))
                .hasMessageContaining("until must be after its since");
    }

    @Test
    void a_cursor_comes_back_as_it_was() {
        assertThat(ListCursor.parse(ListCursor.of(PLACE))).isEqualTo(PLACE);
    }
}
