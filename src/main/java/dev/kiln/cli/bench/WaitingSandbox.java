package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.bench.host.Cgroups;
import dev.kiln.bench.host.ContainerGroups;
import dev.kiln.bench.host.Proc;
import dev.kiln.cli.client.Json;

/**
 * The memory of a sandbox that waits for its job, in bytes.
 *
 * @param charged what its cgroup is charged with, file cache included
 * @param proportional what its processes use, their share of what they share with others
 * @param shim what its shim uses, likewise; it is outside the cgroup
 */
record WaitingSandbox(long charged, long proportional, long shim) {

    private static final String SHIM = "containerd-shim";

    static WaitingSandbox look(
            String container, Proc proc, Cgroups cgroups, ContainerGroups groups) {
        String group = groups.of(container);
        long own =
                cgroups.processes(group).stream()
                        .mapToLong(pid -> proc.proportional(pid).orElse(0L))
                        .sum();
        long shim =
                proc.processes().stream()
                        .filter(each -> each.name().equals(SHIM))
                        .filter(each -> proc.arguments(each.pid()).contains(container))
                        .mapToLong(each -> proc.proportional(each.pid()).orElse(0L))
                        .sum();
        return new WaitingSandbox(cgroups.memory(group).orElse(0L), own, shim);
    }

    /** All of it: what the cgroup knows or what the processes know, whichever is more. */
    long bytes() {
        return Math.max(charged, proportional) + shim;
    }

    ObjectNode json() {
        return Json.object()
                .put("cgroup_bytes", charged)
                .put("pss_bytes", proportional)
                .put("shim_pss_bytes", shim);
    }
}
