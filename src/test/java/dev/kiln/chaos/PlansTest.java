package dev.kiln.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a seed decides. */
class PlansTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @Test
    void the_same_seed_is_the_same_load_and_the_same_faults() {
        assertThat(Load.of(3, TEN_MINUTES)).isEqualTo(Load.of(3, TEN_MINUTES));
        assertThat(Schedule.of(3, TEN_MINUTES)).isEqualTo(Schedule.of(3, TEN_MINUTES));
        assertThat(Load.of(4, TEN_MINUTES)).isNotEqualTo(Load.of(3, TEN_MINUTES));
        assertThat(Schedule.of(4, TEN_MINUTES)).isNotEqualTo(Schedule.of(3, TEN_MINUTES));
    }

    @Test
    void a_shorter_run_is_the_beginning_of_a_longer_one() {
        var half = Duration.ofMinutes(5);

        assertThat(Load.of(3, TEN_MINUTES).arrivals())
                .startsWith(Load.of(3, half).arrivals().toArray(Arrival[]::new));
        assertThat(Schedule.of(3, TEN_MINUTES).strikes())
                .startsWith(Schedule.of(3, half).strikes().toArray(Schedule.Strike[]::new));
    }

    @Test
    void what_must_find_its_cancel_comes_by_the_topic_alone() {
        assertThat(Load.of(11, TEN_MINUTES).arrivals())
                .filteredOn(Arrival::cancelledBefore)
                .isNotEmpty()
                .allSatisfy(
                        arrival ->
                                assertThat(arrival.after())
                                        .noneMatch(
                                                next ->
                                                        next instanceof Arrival.FollowUp.Duplicate
                                                                && next.door()
                                                                        == Arrival.Door.HTTP));
    }

    @Test
    void every_kind_of_fault_comes_and_all_come_in_time() {
        var strikes = Schedule.of(1, TEN_MINUTES).strikes();

        assertThat(
                        strikes.stream()
                                .map(strike -> strike.fault().getClass().getSimpleName())
                                .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "KillWorker",
                        "PauseWorker",
                        "DrainWorker",
                        "KillDoors",
                        "RestartBroker",
                        "RestartDatabase",
                        "TerminateBackends",
                        "ContainerFault",
                        "CutEngine",
                        "CutDatabase",
                        "HoldDatabase",
                        "DelayDatabase",
                        "LoseCommits",
                        "ReplayTopic");
        assertThat(strikes)
                .extracting(Schedule.Strike::at)
                .isSortedAccordingTo(Comparator.naturalOrder())
                .allMatch(at -> at.compareTo(TEN_MINUTES) < 0);
        assertThat(strikes)
                .filteredOn(strike -> strike.fault() instanceof ProcessFault.PauseWorker)
                .extracting(strike -> ((ProcessFault.PauseWorker) strike.fault()).span())
                .allMatch(span -> span.compareTo(ClusterPlan.LEASE) > 0);
    }

    @Test
    void jobs_have_names_of_their_own_and_are_short_long_doomed_and_real() {
        var arrivals = Load.of(1, TEN_MINUTES).arrivals();

        assertThat(arrivals).extracting(Arrival::id).doesNotHaveDuplicates();
        assertThat(arrivals)
                .extracting(arrival -> arrival.deserved().state())
                .contains("FINISHED", "ABANDONED");
        assertThat(arrivals)
                .anyMatch(arrival -> arrival.document().contains("\"python\""))
                .anyMatch(arrival -> arrival.document().contains("\"scripted\""));
        assertThat(arrivals)
                .filteredOn(arrival -> arrival.door() == Arrival.Door.TOPIC)
                .as("a record may still be on its way when HTTP is asked")
                .noneMatch(arrival -> arrival.conflictsBy(Arrival.Door.HTTP));
    }
}
