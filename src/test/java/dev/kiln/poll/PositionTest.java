package dev.kiln.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ProgramStream;
import dev.kiln.problem.ProblemException;
import dev.kiln.store.Glance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
    private static final Position AT =
            Position.at(3)
                    .told(Position.Stage.RUNNING)
                    .plus(ProgramStream.STDOUT, 10)
                    .plus(ProgramStream.STDERR, 4);

    @Test
    void an_events_id_is_read_back_as_the_place_it_was() {
        assertThat(AT).hasToString("3-r-10-4");
        assertThat(Position.parse("3-r-10-4")).isEqualTo(AT);
        assertThat(Position.parse(null)).isEqualTo(Position.START);
        assertThat(Position.parse(Position.START.toString())).isEqualTo(Position.START);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "3-x-10-4", "-3-r-10-4", "3-r-10", "3-r-99999999999999999999-4"})
    void what_no_event_had_is_refused_with_the_remedy(String text) {
        assertThatThrownBy(() -> Position.parse(text))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("leave it out");
    }

    @Test
    void who_has_all_there_is_is_not_behind() {
        assertThat(AT.behind(new Glance("RUNNING", false, 3, 1, 9, 2))).isFalse();
        assertThat(AT.behind(new Glance("RUNNING", false, 3, 1, -1, -1))).isFalse();
        assertThat(AT.behind(new Glance("RUNNING", false, 3, 1, 10, 2))).as("stdout").isTrue();
        assertThat(AT.behind(new Glance("RUNNING", false, 3, 1, 9, 4))).as("stderr").isTrue();
        assertThat(AT.behind(new Glance("RUNNING", false, 4, 2, -1, -1))).as("claim").isTrue();
        assertThat(AT.behind(new Glance("QUEUED", false, 3, 1, 9, 2))).as("state").isTrue();
        assertThat(AT.behind(new Glance("FINISHED", true, 3, 1, -1, -1))).as("end").isTrue();
    }

    @Test
    void only_the_end_that_still_stands_is_the_end() {
        var ended = AT.told(Position.Stage.ENDED);
        assertThat(ended.atEndOf(new Glance("ABANDONED", true, 3, 3, -1, -1))).isTrue();
        assertThat(ended.atEndOf(new Glance("QUEUED", false, 4, 3, -1, -1))).isFalse();
        assertThat(AT.atEndOf(new Glance("ABANDONED", true, 3, 3, -1, -1))).isFalse();
    }
}
