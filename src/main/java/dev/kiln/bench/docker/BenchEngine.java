package dev.kiln.bench.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Docker Engine of this host, as the baselines use it. Every container that it makes carries
 * the label {@value #LABEL} with the number of this process, and is removed by {@link #close()}, by
 * Ctrl-C and by TERM; those of a process that was killed go at the next benchmark's start.
 */
public final class BenchEngine implements AutoCloseable {

    /** On every container of a benchmark. */
    public static final String LABEL = "dev.kiln.bench";

    private static final String UNIX = "unix://";
    private static final String USUAL = UNIX + "/var/run/docker.sock";

    /** As `kiln.sandbox.gvisor-names` has them: what Kiln takes, the baselines take. */
    private static final List<String> RUNTIMES = List.of("kiln-gvisor", "runsc");

    private static final int CONNECTIONS = 64;
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(120);

    private final DockerClient client;
    private final String runtime;
    private final String owner = String.valueOf(ProcessHandle.current().pid());
    private final ReentrantReadWriteLock making = new ReentrantReadWriteLock();
    private final Thread atExit = new Thread(this::removeOwn, "remove-bench-containers");
    private boolean closed;

    private BenchEngine(DockerClient client, String runtime) {
        this.client = client;
        this.runtime = runtime;
    }

    /**
     * Connects, and removes what killed benchmarks have left.
     *
     * @param dockerHost the value of {@code DOCKER_HOST}; null where it is not set
     * @throws BaselineException when no engine answers, or it has no gVisor
     */
    public static BenchEngine connect(@Nullable String dockerHost) {
        String address = dockerHost != null && dockerHost.startsWith(UNIX) ? dockerHost : USUAL;
        var http =
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(URI.create(address))
                        .maxConnections(CONNECTIONS)
                        .build();
        var config =
                DefaultDockerClientConfig.createDefaultConfigBuilder()
                        .withDockerHost(address)
                        .build();
        var client = DockerClientImpl.getInstance(config, http);
        var registered = asked("describe itself", () -> client.infoCmd().exec().getRuntimes());
        String runtime = choose(registered == null ? List.of() : registered.keySet());
        var engine = new BenchEngine(client, runtime);
        Runtime.getRuntime().addShutdownHook(engine.atExit);
        engine.removeAbandoned();
        return engine;
    }

    /**
     * The runtime that Kiln takes of those that are registered.
     *
     * @throws BaselineException when none of them is gVisor
     */
    static String choose(Collection<String> registered) {
        return RUNTIMES.stream()
                .filter(registered::contains)
                .findFirst()
                .orElseThrow(
                        () ->
                                new BaselineException(
                                        "no gVisor is registered with the Docker Engine (looked for %s): run ./kiln setup"
                                                .formatted(String.join(", ", RUNTIMES))));
    }

    /** Under which gVisor is registered. */
    public String runtime() {
        return runtime;
    }

    /** The engine's version. */
    public String version() {
        return String.valueOf(
                asked("tell its version", () -> client.versionCmd().exec().getVersion()));
    }

    /** Who makes the containers' cgroups: {@code cgroupfs} or {@code systemd}. */
    public String cgroupDriver() {
        return String.valueOf(
                asked("describe itself", () -> client.infoCmd().exec().getCGroupDriver()));
    }

    /** The ids of running containers that carry this label, with this value. */
    public List<String> running(String label, String value) {
        return asked(
                "list containers",
                () ->
                        client
                                .listContainersCmd()
                                .withLabelFilter(Map.of(label, value))
                                .exec()
                                .stream()
                                .map(Container::getId)
                                .toList());
    }

    String create(ContainerProgram program, Consumer<CreateContainerCmd> how) {
        making.readLock().lock();
        try {
            if (closed) {
                throw new BaselineException("the benchmark is being stopped");
            }
            return asked(
                    "create a container from " + program.image(),
                    () -> {
                        var create =
                                client.createContainerCmd(program.image())
                                        .withCmd(program.command())
                                        .withLabels(Map.of(LABEL, owner));
                        how.accept(create);
                        return create.exec().getId();
                    });
        } finally {
            making.readLock().unlock();
        }
    }

    void start(String id) {
        asked("start a container", () -> client.startContainerCmd(id).exec());
    }

    /** Waits until the container has ended. */
    void awaitEnd(String id) throws InterruptedException {
        try (var end = client.waitContainerCmd(id).start()) {
            if (end.awaitStatusCode(OUTPUT_LIMIT.toMillis(), TimeUnit.MILLISECONDS) == null) {
                throw new BaselineException(
                        "the Docker Engine does not tell how a container ended");
            }
        } catch (IOException | RuntimeException e) {
            throw failed("wait for a container", e);
        }
    }

    /** What the engine has kept of the container's output. */
    String logs(String id) throws InterruptedException {
        try (var output = new Output(OUTPUT_LIMIT)) {
            client.logContainerCmd(id).withStdOut(true).withStdErr(true).exec(output.frames());
            return output.toEnd();
        }
    }

    /** The output of a container that has not been started yet. */
    Output attach(String id) throws InterruptedException {
        var output = new Output(OUTPUT_LIMIT);
        client.attachContainerCmd(id).withStdOut(true).withFollowStream(true).exec(output.frames());
        output.awaitBegin();
        return output;
    }

    /** Removes a container, running or not; no harm when it is gone. */
    void remove(String id) {
        asked(
                "remove a container",
                () -> {
                    try {
                        return client.removeContainerCmd(id).withForce(true).exec();
                    } catch (NotFoundException | ConflictException going) {
                        return null;
                    }
                });
    }

    private static <T extends @Nullable Object> T asked(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw failed(what, e);
        }
    }

    private static BaselineException failed(String what, Exception cause) {
        return cause instanceof BaselineException ours
                ? ours
                : new BaselineException(
                        "the Docker Engine failed when asked to %s (%s): run ./kiln setup, or look at its log (journalctl -u docker)"
                                .formatted(what, String.valueOf(cause.getMessage()).strip()),
                        cause);
    }

    private void removeAbandoned() {
        for (var container : ofBenchmarks()) {
            String other = container.getLabels().getOrDefault(LABEL, "");
            if (!other.matches("\\d{1,18}") || ProcessHandle.of(Long.parseLong(other)).isEmpty()) {
                remove(container.getId());
            }
        }
    }

    /** Nothing of this process can be made after this. */
    private void removeOwn() {
        making.writeLock().lock();
        try {
            closed = true;
        } finally {
            making.writeLock().unlock();
        }
        for (var container : ofBenchmarks()) {
            if (owner.equals(container.getLabels().get(LABEL))) {
                remove(container.getId());
            }
        }
    }

    private List<Container> ofBenchmarks() {
        return asked(
                "list containers",
                () ->
                        client.listContainersCmd()
                                .withShowAll(true)
                                .withLabelFilter(List.of(LABEL))
                                .exec());
    }

    @Override
    public void close() {
        removeOwn();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
            client.close();
        } catch (IllegalStateException exiting) {
            // The hook runs already, and the process's end closes the connections.
            closed = true;
        } catch (IOException e) {
            throw failed("close a connection", e);
        }
    }
}
