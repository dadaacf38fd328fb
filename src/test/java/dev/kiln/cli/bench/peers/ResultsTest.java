package dev.kiln.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.cli.bench.peers.Plan.Setting;
import dev.kiln.cli.bench.peers.Results.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {

    private static final Setting SETTING = new Setting(8, Handler.NOOP);

    @Test
    void the_median_is_the_middle_one_whatever_the_order() {
        assertThat(Results.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Results.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3);
        assertThatThrownBy(() -> Results.median(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void windows_of_other_contenders_and_settings_are_left_out() {
        var results =
                Samples.results(
                        Samples.window(SETTING, Contender.KILN, 1, 100, 1),
                        Samples.window(SETTING, Contender.JOBRUNR, 1, 100, 2),
                        Samples.window(new Setting(32, Handler.NOOP), Contender.KILN, 1, 100, 4));
        assertThat(results.rates(new Run(SETTING, Contender.KILN))).containsExactly(100.0);
        assertThat(results.rates(new Run(SETTING, Contender.JOBRUNR))).containsExactly(50.0);
    }

    @Test
    void a_ratio_compares_windows_that_followed_each_other() {
        // The machine became four times as slow for both: the ratio does not change.
        var results =
                Samples.results(
                        Samples.window(SETTING, Contender.KILN, 1, 100, 1),
                        Samples.window(SETTING, Contender.JOBRUNR, 1, 100, 2),
                        Samples.window(SETTING, Contender.KILN, 2, 100, 4),
                        Samples.window(SETTING, Contender.JOBRUNR, 2, 100, 8));
        assertThat(results.kilnOver(new Run(SETTING, Contender.JOBRUNR))).hasValue(2.0);
    }

    @Test
    void without_kiln_there_is_no_ratio() {
        var results = Samples.results(Samples.window(SETTING, Contender.JOBRUNR, 1, 100, 2));
        assertThat(results.kilnOver(new Run(SETTING, Contender.JOBRUNR))).isEmpty();
    }

    @Test
    void a_window_without_jobs_or_time_is_none() {
        assertThatThrownBy(() -> Samples.window(SETTING, Contender.KILN, 1, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Window(SETTING, Contender.KILN, 1, 10, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
