package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"latency", "throughput", "batch", "memory"})
    void every_benchmark_has_help_of_its_own(String benchmark) {
        var run = CommandLineRun.of("bench", benchmark, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("Usage: kiln bench " + benchmark).contains("--jobs");
    }

    @Test
    void how_many_wait_is_bounded_by_the_ports_of_a_host() {
        assertThat(CommandLineRun.of("bench", "waiters", "--waiters", "30000").err())
                .contains("--waiters is 1 to 25000, not 30000");
    }

    @Test
    void a_benchmark_that_is_not_there_is_refused() {
        var run = CommandLineRun.of("bench", "world");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void without_one_those_that_are_there_are_named() {
        var run = CommandLineRun.of("bench");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("say which benchmark: ", "latency", "throughput", "batch", "memory")
                .contains("queue", "claim", "scale", "peers");
    }

    @Test
    void what_to_compare_is_checked_before_anything_starts() {
        var run = CommandLineRun.of("bench", "peers", "--only", "kiln", "--jobs", "0");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--jobs is 1 to 1,000,000, not 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "latency --jobs 0                | --jobs is 1 to 100000, not 0",
                "latency --rate 0                | --rate is 0.01 to 1000 jobs per second, not 0.0",
                "latency --rate NaN              | --rate is 0.01 to 1000 jobs per second, not NaN",
                "latency --jobs many             | Invalid value for option '--jobs': 'many' is not an int",
                "throughput --jobs -1            | --jobs is 1 to 100000, not -1",
                "throughput --windows 0          | --windows is 1 to 100, not 0",
                "throughput --concurrency 33     | --concurrency is 1 to 32, not 33",
                "throughput --slots 65           | --slots is 1 to 64, not 65",
                "throughput --slots 2 --server http://127.0.0.1:1 | --slots is for a Kiln that is started here",
                "batch --jobs 0                  | --jobs is 1 to 100000, not 0",
                "batch --concurrency 0           | --concurrency is 1 to 32, not 0",
                "batch --server http://127.0.0.1:1 | name the broker of that Kiln with --kafka",
                "batch --kafka 127.0.0.1:1       | --kafka names the broker of a running Kiln",
                "memory --slots 0                | --slots is 1 to 64, not 0",
                "memory --warm-up -1             | --warm-up is 0 to 10000, not -1",
                "claim --size 0                  | --size is 1 to 64, not 0",
                "claim --claims 0                | --claims is 1 to 100000, not 0",
                "claim --rows 1000,31            | --rows is 32 to 10000000, not 31",
                "claim --tenants 1,0             | --tenants is 1 to 100000, not 0",
                "scale --hosts 0                 | --hosts is 1 to 200, not 0",
                "scale --hosts 5,1               | --hosts must ascend, since hosts are only added: [5, 1]",
                "scale --slots 0                 | --slots is 1 to 1000, not 0",
                "scale --job-ms 9                | --job-ms is 10 to 600000, not 9",
                "scale --seconds 1               | --seconds is 2 to 3600, not 1",
                "memory --server nonsense        | 'nonsense' is not the address of a server",
            })
    void options_that_make_no_sense_are_refused_before_anything_starts(
            String line, String sentence) {
        var run = CommandLineRun.of(("bench " + line.strip()).split(" +"));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("kiln: ").contains(sentence.strip());
        assertThat(run.out()).isEmpty();
    }
}
