package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the host's kernel says of a sandbox, in its own words. */
class HostEvidenceTest {
    private static final String ID =
            "4c9c54a93d8e54524a7d7a3be87c20371a0570fe1ba750e43d31ef2d4c1f7ce1";
    private static final String OTHER =
            "b393b02404fade03c7fec86b47d93498d14023d7ee9153ce5ffef925746df2b2";
    private static final Path ROOT = Path.of("/cg");

    @Test
    void a_kill_at_the_sandboxs_own_limit() {
        String log =
                "[ 1.2] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=%s,mems_allowed=0,oom_memcg=/docker/%s,task_memcg=/docker/%s,task=exe,pid=2,uid=0\n"
                        .formatted(ID, ID, ID);

        assertThat(KernelLog.in(log, ID)).isEqualTo(new KernelLog.Facts(true, false, false));
        assertThat(KernelLog.in(log, OTHER)).isEqualTo(KernelLog.Facts.NONE);
    }

    @Test
    void a_kill_because_the_host_was_out_of_memory() {
        // The one whose allocation failed need not be the one who dies.
        String log =
                "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=%s,mems_allowed=0,global_oom,task_memcg=/docker/%s,task=exe,pid=2,uid=0"
                        .formatted(OTHER, ID);

        assertThat(KernelLog.in(log, ID)).isEqualTo(new KernelLog.Facts(false, true, false));
        assertThat(KernelLog.in(log, OTHER)).isEqualTo(KernelLog.Facts.NONE);
    }

    @Test
    void a_kill_at_the_limit_of_a_cgroup_around_all_sandboxes_is_the_hosts() {
        String log =
                "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=%s,mems_allowed=0,oom_memcg=/docker,task_memcg=/docker/%s,task=exe,pid=2,uid=0"
                        .formatted(ID, ID);

        assertThat(KernelLog.in(log, ID)).isEqualTo(new KernelLog.Facts(false, true, false));
    }

    @Test
    void a_refused_fork() {
        assertThat(KernelLog.in("cgroup: fork rejected by pids controller in /docker/" + ID, ID))
                .isEqualTo(new KernelLog.Facts(false, false, true));
    }

    @Test
    void cgroups_of_both_versions_are_found() {
        assertThat(
                        Cgroup.directories(
                                "4:memory:/docker/x\n2:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n0::/\n",
                                ROOT))
                .containsEntry("memory", Path.of("/cg/memory/docker/x"))
                .containsEntry("cpuacct", Path.of("/cg/cpuacct/docker/x"))
                .doesNotContainKey("");
        assertThat(Cgroup.directories("0::/system.slice/docker-x.scope\n", ROOT))
                .containsOnlyKeys("")
                .containsValue(Path.of("/cg/system.slice/docker-x.scope"));
        assertThat(Cgroup.directories("nonsense", ROOT)).isEmpty();
    }

    @Test
    void a_worker_with_a_cgroup_namespace_of_its_own_finds_the_neighbours(@TempDir Path root)
            throws IOException {
        Path beside = Files.createDirectories(root.resolve("system.slice/docker-x.scope"));
        Path below = Files.createDirectories(root.resolve("docker/x"));

        assertThat(Cgroup.directories("0::/../docker-x.scope\n", root)).containsEntry("", beside);
        assertThat(Cgroup.directories("0::/../x\n", root)).containsEntry("", below);
        assertThat(Cgroup.directories("0::/../../../system.slice/docker-x.scope\n", root))
                .containsEntry("", beside);
        assertThat(Cgroup.directories("0::/../gone\n", root))
                .containsEntry("", root.resolve("gone"));
    }

    @Test
    void cgroups_of_both_versions_are_frozen() {
        assertThat(Cgroup.in("5:freezer:/docker/x\n4:memory:/docker/x\n0::/\n", ROOT).freeze())
                .contains(
                        new Cgroup.Freeze(
                                Path.of("/cg/freezer/docker/x/freezer.state"), "FROZEN", "THAWED"));
        assertThat(Cgroup.in("0::/system.slice/docker-x.scope\n", ROOT).freeze())
                .contains(
                        new Cgroup.Freeze(
                                Path.of("/cg/system.slice/docker-x.scope/cgroup.freeze"),
                                "1",
                                "0"));
        assertThat(Cgroup.in("4:memory:/docker/x\n0::/docker/x\n", ROOT).freeze())
                .as("version 1 without its freezer")
                .isEmpty();
        assertThat(Cgroup.in("0::/a b\n", ROOT).freeze()).as("not a word").isEmpty();
    }

    @Test
    void a_process_of_another_container_has_no_accounts() {
        assertThat(Cgroup.of(ProcessHandle.current().pid(), ID).sample())
                .isEqualTo(Cgroup.Sample.UNKNOWN);
        assertThat(Cgroup.of(0, ID).sample()).isEqualTo(Cgroup.Sample.UNKNOWN);
    }

    @Test
    void an_unknown_value_is_filled_from_an_older_sample() {
        var older = new Cgroup.Sample(1L, Duration.ofMillis(2), 3L, 4L);
        var newer = new Cgroup.Sample(null, Duration.ofMillis(9), null, 5L);

        assertThat(newer.orElse(older))
                .isEqualTo(new Cgroup.Sample(1L, Duration.ofMillis(9), 3L, 5L));
        assertThat(
                        new Cgroup.Sample(5L, null, null, null)
                                .orElse(new Cgroup.Sample(9L, null, null, null))
                                .peakMemoryBytes())
                .isEqualTo(9);
    }

    @Test
    void the_accounts_of_the_next_container_lie_beside_those_of_the_last(@TempDir Path root)
            throws Exception {
        String theLast =
                "4:memory:/docker/%s\n2:pids:/docker/%s\n0::/init.scope\n".formatted(ID, ID);
        Path theirs = Files.createDirectories(root.resolve("memory/docker").resolve(OTHER));
        Files.writeString(theirs.resolve("memory.max_usage_in_bytes"), "4096\n");
        var last = Cgroup.in(theLast, root);

        assertThat(last.sibling(ID, OTHER).orElseThrow().sample().peakMemoryBytes())
                .isEqualTo(4096);
        assertThat(last.sibling(ID, ID.replace('4', '5'))).as("of one that has ended").isEmpty();
        assertThat(Cgroup.in("4:memory:/one\n", root).sibling(ID, OTHER))
                .as("where places do not bear ids")
                .isEmpty();
        assertThat(Cgroup.in("", root).sibling(ID, OTHER)).isEmpty();
    }
}
