package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Ulimit;
import dev.kiln.job.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container as the engine is asked to make it. It holds the runner, waiting; nothing in it
 * depends on the program but the limits, which the engine can only set at creation.
 *
 * @param name unique on the engine
 * @param image what it is made from
 * @param runtime what isolates it
 * @param network that it joins; null for none at all
 * @param limits of the program that it is for
 * @param runnerDir host directory with the runner
 * @param input the program's inputs on the host
 * @param labels say whose it is
 */
record ContainerSpec(
        String name,
        Image image,
        ContainerRuntime runtime,
        @Nullable JobNetwork network,
        Limits limits,
        Path runnerDir,
        InputDir input,
        Map<String, String> labels) {
    private static final long SHM_BYTES = 1 << 20;
    private static final long OPEN_FILES = 1024;

    /**
     * What the runner itself may fork, as root: an interpreter ahead, compiler, broom and program,
     * of which gVisor does not forget those that have ended. It narrows the limit for each of them.
     */
    private static final long RUNNERS_FORKS = 5;

    /**
     * The highest there is, for two reasons. A host that runs out of memory kills sandboxes before
     * anything else. And a sandbox that meets its own limit dies as a whole: with a lower score the
     * kernel at times picks one of gVisor's helper processes, and gVisor tells the runner that the
     * program "exited with 1" (measured with 500: 1 of 4).
     */
    private static final int OOM_SCORE = 1000;

    /**
     * The same for a program with other limits, as far as they are not the container's but those of
     * the worker and the runner: time and output.
     */
    ContainerSpec serving(Limits others) {
        if (!Shape.ofContainer(others).equals(Shape.ofContainer(limits))) {
            throw new IllegalArgumentException(
                    "a container for %s does not serve %s".formatted(limits, others));
        }
        return new ContainerSpec(name, image, runtime, network, others, runnerDir, input, labels);
    }

    void applyTo(CreateContainerCmd create) {
        // Root inside, but for the runner alone: it drops to uid 1000 without capabilities before
        // it starts the program.
        create.withUser("0:0")
                .withEntrypoint(List.of())
                .withCmd("/kiln/kiln-runner")
                .withWorkingDir("/")
                .withHostName("sandbox")
                .withLabels(labels)
                .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                // A name alone takes the variable away: what the image sets is the program's, and
                // none of it the runner's.
                .withEnv(List.copyOf(image.env().keySet()))
                // Cheaper than NetworkMode=none, which makes the engine execute itself once more
                // per container.
                .withNetworkDisabled(network == null)
                .withTty(false)
                .withStdinOpen(true)
                // The engine closes stdin when the worker's connection ends, and the runner ends
                // with it.
                .withStdInOnce(true)
                .withAttachStdin(true)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withHostConfig(host());
    }

    private HostConfig host() {
        var host = isolated();
        return network == null ? host : network.joinedBy(host);
    }

    private List<Mount> mounts() {
        var mounts =
                new ArrayList<>(
                        List.of(
                                readOnly(runnerDir, "/kiln"),
                                readOnly(input.job(), InputDir.INSIDE),
                                readOnly(input.mnt(), InputDir.CONTEXT_INSIDE)));
        if (network != null) {
            mounts.add(readOnly(network.resolvConf(), "/etc/resolv.conf"));
        }
        return mounts;
    }

    private HostConfig isolated() {
        return HostConfig.newHostConfig()
                .withRuntime(runtime.name())
                .withReadonlyRootfs(true)
                // exec: compiled languages run what they build; the engine's default is noexec.
                .withTmpFs(
                        Map.of("/tmp", "rw,nosuid,nodev,exec,mode=1777,size=" + limits.diskBytes()))
                .withShmSize(SHM_BYTES)
                .withMemory(limits.memoryBytes())
                .withMemorySwap(limits.memoryBytes())
                .withNanoCPUs(Math.round(limits.cpus() * 1e9))
                .withPidsLimit(runtime.pidsCgroup(limits.pids()))
                .withCapDrop(Capability.ALL)
                .withCapAdd(Capability.SETUID, Capability.SETGID)
                .withSecurityOpts(securityOpts())
                .withUlimits(ulimits())
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withMounts(mounts())
                .withInit(false)
                .withOomScoreAdj(OOM_SCORE)
                .withRestartPolicy(RestartPolicy.noRestart());
    }

    private List<Ulimit> ulimits() {
        var set = new ArrayList<Ulimit>();
        set.add(new Ulimit("nofile", OPEN_FILES, OPEN_FILES));
        set.add(new Ulimit("core", 0L, 0L));
        if (runtime.gvisor()) {
            long withRunner = nproc() + RUNNERS_FORKS;
            set.add(new Ulimit("nproc", withRunner, withRunner));
        }
        return set;
    }

    /**
     * Limits that the runner sets for compiler and program. Outside gVisor without nproc: the
     * host's kernel counts it per uid over all containers, so that only the cgroup can limit.
     */
    Map<Integer, Long> rlimits() {
        return runtime.gvisor()
                ? Map.of(RunnerSpec.RLIMIT_NPROC, nproc(), RunnerSpec.RLIMIT_CORE, 0L)
                : Map.of(RunnerSpec.RLIMIT_CORE, 0L);
    }

    /**
     * gVisor counts a process for the user who forked it. The program's first was forked by the
     * runner, as root, and is not among those that this limits.
     */
    private long nproc() {
        return limits.pids() - 1L;
    }

    /**
     * Under gVisor without Docker's system call profile: gVisor itself is the wall there, and makes
     * EPERM of the profile's ENOSYS for clone3, upon which no program could start a thread. What
     * the profile is wanted for, no namespaces, the runner's own filter does on every runtime.
     */
    private List<String> securityOpts() {
        return runtime.gvisor()
                ? List.of("no-new-privileges", "seccomp=unconfined")
                : List.of("no-new-privileges");
    }

    private static Mount readOnly(Path source, String target) {
        return new Mount()
                .withType(MountType.BIND)
                .withSource(source.toAbsolutePath().toString())
                .withTarget(target)
                .withReadOnly(true);
    }
}
