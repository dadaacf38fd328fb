package dev.kiln.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcTest {

    @TempDir Path folder;
    private FakeHost host;

    @BeforeEach
    void make() {
        host = new FakeHost(folder);
    }

    @Test
    void busy_is_all_but_idling_waiting_for_disks_and_what_other_guests_took() {
        // user nice system idle iowait irq softirq steal guest guest_nice
        host.write("proc/stat", "cpu  100 10 40 9000 800 5 45 7777 60 6\ncpu0 1 1 1 1 1 1 1 1\n");
        assertThat(host.proc().busy()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void a_file_without_that_line_is_no_account() {
        assertThat(Proc.busy("cpu0 1 2 3 4 5 6 7 8\nintr 1\n")).isEmpty();
        assertThat(Proc.busy("cpu  1 2 3\n")).isEmpty();
    }

    @Test
    void processes_are_those_with_a_number() {
        host.process(5, "one", 1, 10, 0).process(6, "two", 5, 20, 0).write("proc/sys/x", "");
        assertThat(host.proc().processes())
                .extracting(ProcessAccount::name)
                .containsExactlyInAnyOrder("one", "two");
        assertThat(host.proc().process(7)).isEmpty();
    }

    @Test
    void a_tree_is_a_process_with_all_that_descend_from_it_once_each() {
        host.process(10, "dockerd", 1, 1, 0).process(11, "containerd", 10, 1, 0);
        host.process(12, "exe", 11, 1, 0).process(20, "other", 1, 1, 0);
        assertThat(Proc.trees(host.proc().processes(), Set.of(10L, 11L)))
                .extracting(ProcessAccount::pid)
                .containsExactlyInAnyOrder(10L, 11L, 12L);
    }

    @Test
    void threads_have_accounts_of_their_own() {
        host.thread(9, 9, "main", 50).thread(9, 10, "kafka-request-h", 70);
        assertThat(host.proc().threads(9))
                .extracting(ProcessAccount::own)
                .containsExactlyInAnyOrder(Duration.ofMillis(500), Duration.ofMillis(700));
        assertThat(host.proc().threads(8)).isEmpty();
    }

    @Test
    void memory_is_told_in_bytes() {
        host.write("proc/9/status", "Name:\tjava\nVmHWM:\t  900 kB\nVmRSS:\t  300 kB\n");
        host.write("proc/9/smaps_rollup", "5-7 ---p 0 0\nRss:    500 kB\nPss:    250 kB\n");
        assertThat(host.proc().resident(9)).contains(300L * 1024);
        assertThat(host.proc().proportional(9)).contains(250L * 1024);
        assertThat(host.proc().resident(8)).isEmpty();
    }

    @Test
    void a_listener_is_found_by_the_socket_that_it_holds() {
        String head = "  sl  local_address rem_address   st tx rx tr tm retr uid timeout inode\n";
        String listens = "   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 4242 1 0\n";
        String talks = "   1: 0100007F:1F90 0100007F:C350 01 0:0 00:0 0 0 0 5555 1 0\n";
        host.write("proc/net/tcp", head + talks + listens).write("proc/net/tcp6", head);
        host.process(30, "talks", 1, 0, 0).link("proc/30/fd/3", "socket:[5555]");
        host.process(31, "java", 1, 0, 0).link("proc/31/fd/9", "socket:[4242]");
        assertThat(host.proc().listener(8080)).contains(31L);
        assertThat(host.proc().listener(8081)).isEmpty();
        assertThat(KilnProcesses.listeningOn(8080, host.proc())).contains(new KilnProcesses(31, 1));
    }

    @Test
    void this_host_tells_of_this_process() {
        var proc = Proc.ofThisHost();
        long self = ProcessHandle.current().pid();
        assertThat(proc.busy()).isPositive();
        assertThat(proc.process(self).orElseThrow().pid()).isEqualTo(self);
        assertThat(proc.threads(self)).hasSizeGreaterThan(1);
        assertThat(proc.resident(self).orElseThrow()).isPositive();
    }
}
