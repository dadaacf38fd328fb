package dev.kiln.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.cli.client.CliException;
import dev.kiln.testing.Processes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerProcessTest {

    @TempDir Path folder;
    private Path log;

    @BeforeEach
    void name() {
        log = folder.resolve("peer.log");
    }

    @Test
    void a_driver_is_asked_and_answers() {
        try (var peer = FakePeer.start(FakePeer.WILLING, log)) {
            peer.awaitReady();
            assertThat(peer.facts()).isEqualTo(new JobQueue.Facts("9.9", Map.of("threads", "4")));
            peer.load(20);
            assertThat(peer.burnDown(20)).isEqualTo(500_000_000);
        }
    }

    @Test
    void a_driver_that_ends_is_named_with_its_exit_code_and_its_log() {
        try (var peer = FakePeer.start("echo broken >&2; exit 7", log)) {
            assertThatThrownBy(peer::awaitReady)
                    .isInstanceOf(CliException.class)
                    .hasMessage("fake ended with exit code 7 (its log: %s)", log);
        }
        assertThat(log).hasContent("broken");
    }

    @Test
    void jobs_that_were_handled_twice_or_not_at_all_are_no_result() {
        String script =
                FakePeer.ready(
                        "read -r run; echo '@ {\"event\":\"ran\",\"handled\":21,\"nanos\":5}'; read -r end");
        try (var peer = FakePeer.start(script, log)) {
            peer.awaitReady();
            assertThatThrownBy(() -> peer.burnDown(20))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("handled 21 times 20 jobs");
        }
    }

    @Test
    void an_answer_to_another_question_is_none() {
        String script = FakePeer.ready("read -r load; echo '@ {\"event\":\"ran\"}'; read -r end");
        try (var peer = FakePeer.start(script, log)) {
            peer.awaitReady();
            assertThatThrownBy(() -> peer.load(1))
                    .isInstanceOf(CliException.class)
                    .hasMessageStartingWith("fake was to say 'loaded' and said: @ {");
        }
    }

    @Test
    void an_answer_that_is_no_json_is_none() {
        try (var peer = FakePeer.start("echo '@ ready'; read -r end", log)) {
            assertThatThrownBy(peer::awaitReady)
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("no JSON object: @ ready");
        }
    }

    @Test
    void a_program_that_is_not_there_is_named() {
        var command = List.of(folder.resolve("none").toString());
        assertThatThrownBy(
                        () -> {
                            try (var peer = PeerProcess.start("fake", command, Map.of(), log)) {
                                peer.awaitReady();
                            }
                        })
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("fake ");
    }

    @Test
    void nothing_is_left_of_it() throws Exception {
        try (var peer = FakePeer.start("# " + folder + "\n" + FakePeer.WILLING, log)) {
            peer.awaitReady();
            assertThat(Processes.naming(folder.toString())).isNotEmpty();
        }
        assertThat(Processes.naming(folder.toString())).isEmpty();
    }
}
