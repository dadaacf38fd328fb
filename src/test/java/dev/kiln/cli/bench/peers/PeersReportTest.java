package dev.kiln.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.bench.peers.Plan.Setting;
import dev.kiln.cli.client.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeersReportTest {

    private static final Setting SETTING = new Setting(8, Handler.INSERT);
    private static final Host HOST =
            new Host(2, 8L << 30, "6.1", "25.0.1", 0.5, "0123abcd", Map.of("fsync", "on"));

    private final PeersReport report =
            new PeersReport(
                    HOST,
                    Samples.results(
                            Samples.window(SETTING, Contender.KILN, 1, 1000, 1),
                            Samples.window(SETTING, Contender.PG_BOSS, 1, 1000, 0.5),
                            Samples.window(SETTING, Contender.KILN, 2, 1000, 2),
                            Samples.window(SETTING, Contender.PG_BOSS, 2, 1000, 0.8)));

    @Test
    void people_see_medians_ratios_windows_and_settings() {
        assertThat(report.inWords(200).lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "Burn-down of jobs that are queued already: 1,000 jobs a window, 2 windows each, by turns.",
                        "8 at once, peers' handlers: one result row, as Kiln's",
                        "SYSTEM VERSION JOBS/S KILN IS WINDOWS SETTINGS",
                        "kiln 1.2.3 750 1000 500 batch=100 threads=8",
                        "pg-boss 1.2.3 1,625 0.45 x 2000 1250 batch=100 threads=8",
                        "postgres: fsync=on");
    }

    @Test
    void the_first_line_for_scripts_says_where_it_was() {
        assertThat(Json.line(report.json().getFirst()))
                .isEqualTo(
                        "{\"bench\":\"peers\",\"line\":\"run\",\"commit\":\"0123abcd\",\"jobs\":1000,\"warm_up\":10,\"windows\":2,"
                                + "\"host\":{\"cpus\":2,\"memory_bytes\":8589934592,\"kernel\":\"6.1\",\"java\":\"25.0.1\",\"load\":0.5},"
                                + "\"postgres\":{\"fsync\":\"on\"}}");
    }

    @Test
    void scripts_get_every_window_and_every_median() {
        assertThat(report.json().stream().map(Json::line).skip(1))
                .containsExactly(
                        window("kiln", 1, "1.0", "1000.0"),
                        window("pg-boss", 1, "0.5", "2000.0"),
                        window("kiln", 2, "2.0", "500.0"),
                        window("pg-boss", 2, "0.8", "1250.0"),
                        median("kiln", "750.0}"),
                        median("pg-boss", "1625.0,\"kiln_over_this\":0.45}"));
    }

    private static String window(String system, int number, String seconds, String rate) {
        return start("window", system)
                + "\"window\":%d,\"jobs\":1000,\"seconds\":%s,\"jobs_per_second\":%s}"
                        .formatted(number, seconds, rate);
    }

    private static String median(String system, String rest) {
        return start("median", system)
                + "\"version\":\"1.2.3\",\"settings\":{\"batch\":\"100\",\"threads\":\"8\"},\"jobs_per_second\":"
                + rest;
    }

    private static String start(String kind, String system) {
        return "{\"bench\":\"peers\",\"line\":\"%s\",\"handler\":\"insert\",\"concurrency\":8,\"system\":\"%s\","
                .formatted(kind, system);
    }
}
