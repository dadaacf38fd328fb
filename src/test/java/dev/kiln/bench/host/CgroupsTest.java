package dev.kiln.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {

    @TempDir Path folder;
    private FakeHost host;

    @BeforeEach
    void make() {
        host = new FakeHost(folder);
    }

    @Test
    void version_1_has_a_folder_for_each_controller() {
        host.cpu("", 9_000_000).cpu("docker/ab", 1_500_000).members("docker/ab", "7\n8\n");
        host.write("cgroup/memory/docker/ab/memory.usage_in_bytes", "4096\n");
        assertThat(host.cgroups().cpu("docker/ab")).contains(Duration.ofNanos(1_500_000));
        assertThat(host.cgroups().machine()).contains(Duration.ofMillis(9));
        assertThat(host.cgroups().processes("docker/ab")).containsExactly(7L, 8L);
        assertThat(host.cgroups().memory("docker/ab")).contains(4096L);
    }

    @Test
    void version_2_has_one_folder_and_no_exact_account_of_the_machine() {
        host.write("cgroup/cgroup.controllers", "cpu memory\n");
        host.write("cgroup/cpu.stat", "usage_usec 77\n");
        host.write("cgroup/docker/cpu.stat", "usage_usec 1500\nuser_usec 900\n");
        host.write("cgroup/docker/cgroup.procs", "7\n");
        host.write("cgroup/docker/memory.current", "8192\n");
        assertThat(host.cgroups().cpu("docker")).contains(Duration.ofNanos(1_500_000));
        assertThat(host.cgroups().machine()).isEmpty();
        assertThat(host.cgroups().processes("docker")).containsExactly(7L);
        assertThat(host.cgroups().memory("docker")).contains(8192L);
    }

    @Test
    void a_group_that_is_gone_has_nothing() {
        assertThat(host.cgroups().cpu("docker/gone")).isEmpty();
        assertThat(host.cgroups().processes("docker/gone")).isEmpty();
        assertThat(host.cgroups().memory("docker/gone")).isEmpty();
    }

    @Test
    void who_makes_the_groups_decides_where_they_are() {
        assertThat(ContainerGroups.by("cgroupfs").of("ab")).isEqualTo("docker/ab");
        assertThat(ContainerGroups.by("cgroupfs").common()).contains("docker");
        assertThat(ContainerGroups.by("systemd").of("ab"))
                .isEqualTo("system.slice/docker-ab.scope");
        assertThat(ContainerGroups.by("systemd").common()).isEmpty();
    }
}
