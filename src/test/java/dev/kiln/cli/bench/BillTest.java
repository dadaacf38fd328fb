package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kiln.bench.host.Part;
import dev.kiln.bench.host.Usage;
import dev.kiln.cli.client.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BillTest {

    private static final Map<Part, Integer> PARTS =
            Map.of(
                    Part.SANDBOXES, 2500,
                    Part.RUNSC_COMMANDS, 300,
                    Part.SHIMS, 100,
                    Part.ENGINE, 400,
                    Part.SERVER, 150,
                    Part.KAFKA, 60,
                    Part.POSTGRES, 40,
                    Part.CLIENT, 50);

    private static Bill bill(int machine, int own, Map<Part, Integer> parts) {
        var durations = new EnumMap<Part, Duration>(Part.class);
        parts.forEach((part, millis) -> durations.put(part, Duration.ofMillis(millis)));
        var usage = new Usage(Duration.ofMillis(machine), durations);
        return new Bill(10, 0, Duration.ofSeconds(5), usage, Duration.ofMillis(own));
    }

    @Test
    void the_items_and_the_programs_add_up_to_the_machine() {
        var bill = bill(4000, 1000, PARTS);
        assertThat(bill.machine()).isEqualTo(400);
        assertThat(bill.programs()).isEqualTo(100);
        assertThat(bill.overhead()).isEqualTo(300);
        assertThat(bill.of(Bill.Item.GVISOR)).isEqualTo(150);
        assertThat(bill.of(Bill.Item.REST)).isEqualTo(40);
        double items = Arrays.stream(Bill.Item.values()).mapToDouble(bill::of).sum();
        assertThat(items).isCloseTo(bill.overhead(), within(1e-9));
    }

    @Test
    void they_do_so_where_sandboxes_have_no_account_of_their_own() {
        var parts = new EnumMap<>(PARTS);
        parts.remove(Part.SANDBOXES);
        var bill = bill(4000, 1000, parts);
        assertThat(bill.of(Bill.Item.GVISOR)).isZero();
        double items = Arrays.stream(Bill.Item.values()).mapToDouble(bill::of).sum();
        assertThat(items).isCloseTo(300, within(1e-9));
    }

    @Test
    void blocks_are_added_up() {
        var twice = Bill.NONE.plus(bill(4000, 1000, PARTS)).plus(bill(2000, 500, Map.of()));
        assertThat(twice.jobs()).isEqualTo(20);
        assertThat(twice.machine()).isEqualTo(300);
        assertThat(twice.jobsPerSecond()).isEqualTo(2);
        assertThat(twice.withOwn(Duration.ofSeconds(2)).programs()).isEqualTo(100);
    }

    @Test
    void a_bill_is_what_was_used_between_the_looks_at_a_window() {
        var looks = new int[1];
        var window =
                new Window<>(
                        1,
                        2,
                        () ->
                                new Bill.Look(
                                        ++looks[0] * 1_000_000_000L,
                                        bill(looks[0] * 700, 0, PARTS).usage()));
        for (int i = 0; i < window.load(); i++) {
            window.ended(i != 1);
        }
        var bill = Bill.of(window, 2);
        assertThat(bill.machine()).isEqualTo(350);
        assertThat(bill.failed()).isEqualTo(1);
        assertThat(bill.took()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void kilns_own_processes_are_compared_with_all_that_docker_costs_but_for_an_idle_kiln() {
        // 10 jobs in 5 s beside 0.1 processors: 50 ms of each job's overhead are not Docker's.
        var report =
                new BatchReport(
                        bill(4000, 1000, PARTS),
                        bill(3500, 1000, Map.of(Part.SANDBOXES, 2000)),
                        Map.of(MixedWork.C, Duration.ofMillis(100)),
                        0.1,
                        3);
        assertThat(report.ours()).isEqualTo(25);
        assertThat(report.theirs()).isCloseTo(200, within(1e-9));
        assertThat(report.goals().getFirst().value()).isCloseTo(0.125, within(1e-9));
        assertThat(report.inWords(120))
                .containsPattern("overhead +300.0 +250.0")
                .containsPattern("Kiln server \\(JVM\\) +15.0 +0.0")
                .contains("a program itself, alone: c 100 ms\n")
                .contains("ran 3 at once beside a Kiln that idled at 0.10 cpus");
        assertThat(report.json().toString())
                .contains(
                        "\"program_cpu_ms\":{\"c\":100.0}",
                        "\"overhead\":300.0,\"gvisor\":150.0,\"runsc\":30.0,\"shims\":10.0,\"engine\":40.0,\"jvm\":15.0,\"kafka\":6.0,\"postgres\":4.0,\"client\":5.0,\"rest\":40.0",
                        "\"kiln_ms_per_job\":25.0,\"minimal_ms_per_job\":200.0");
    }

    @Test
    void what_programs_use_is_expected_of_equal_numbers_of_each_kind() {
        var own =
                Map.of(
                        MixedWork.C, Duration.ofMillis(100),
                        MixedWork.BASH, Duration.ofMillis(300));
        assertThat(TopicContender.expected(own, 10)).isEqualTo(Duration.ofSeconds(2));
        assertThat(TopicContender.expected(Map.of(), 10)).isZero();
    }

    @Test
    void where_docker_cannot_be_made_out_nothing_is_met() {
        var busy =
                new BatchReport(
                        bill(4000, 1000, PARTS), bill(3500, 1000, Map.of()), Map.of(), 2, 3);
        assertThat(busy.theirs()).isNegative();
        assertThat(busy.goals().getFirst().met()).isFalse();
        assertThat(busy.inWords(120)).contains("? x");
        assertThat(busy.json().toString()).contains("\"value\":null");
    }

    @Test
    void a_compiler_is_part_of_what_its_program_uses() {
        var data =
                Json.parse(
                                "{\"result\": {\"success\": true, \"stdout_bytes\": 7, \"cpu_ms\": 90, \"compile\": {\"cpu_ms\": 60}}}"
                                        .getBytes(StandardCharsets.UTF_8))
                        .orElseThrow();
        assertThat(TopicContender.cpu(data)).isEqualTo(Duration.ofMillis(150));
        var end = new TopicDoor.Ended(0, data);
        assertThat(end.good(7)).isTrue();
        assertThat(end.good(6)).isFalse();
        assertThat(new TopicDoor.Ended(0, Json.object()).good(0)).isFalse();
    }

    @Test
    void work_is_the_same_in_every_door() {
        for (var work : MixedWork.values()) {
            assertThat(work.output()).matches("\\d{1,7}\n");
            assertThat(work.code()).contains("1000003").doesNotContain("%d", "%%");
            assertThat(work.command()).contains(work.code());
            assertThat(work.submission().path("language").asText()).isEqualTo(work.language());
        }
        assertThat(MixedWork.tasks()).hasSameSizeAs(MixedWork.values());
    }
}
