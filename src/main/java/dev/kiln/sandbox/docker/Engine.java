package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import dev.kiln.sandbox.SandboxFault;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Docker Engine of this host: the few calls we make, each bounded in time, each failure a
 * sentence. An answer that the engine gives in good health (not found, bad parameter) comes out as
 * {@link Refused}; everything else as a fault.
 */
final class Engine implements Closeable {
    private static final int NOT_FOUND = 404;

    private final EngineAddress address;
    private final Duration limit;
    private final DockerClient client;
    private final Calls calls = new Calls();

    Engine(EngineAddress address, Duration limit, int connections) {
        this.address = address;
        this.limit = limit;
        var http =
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(URI.create(address.uri()))
                        .maxConnections(connections)
                        .build();
        var config =
                DefaultDockerClientConfig.createDefaultConfigBuilder()
                        .withDockerHost(address.uri())
                        .build();
        this.client = DockerClientImpl.getInstance(config, http);
    }

    EngineAddress address() {
        return address;
    }

    void ping() throws SandboxFault, InterruptedException {
        ask("answer a ping", () -> client.pingCmd().exec());
    }

    Info info() throws SandboxFault, InterruptedException {
        return ask("describe itself", () -> client.infoCmd().exec());
    }

    /** Looks an image up by name or digest; empty when the engine does not have it. */
    Optional<Image> image(String name) throws SandboxFault, InterruptedException {
        return found(
                "look up the image " + name,
                () -> {
                    var found = client.inspectImageCmd(name).exec();
                    var config = found.getConfig();
                    if (config == null) {
                        return new Image(String.valueOf(found.getId()), Map.of(), Set.of());
                    }
                    String[] env = config.getEnv();
                    Map<String, ?> volumes = config.getVolumes();
                    return new Image(
                            String.valueOf(found.getId()),
                            env == null ? Map.of() : variables(List.of(env)),
                            volumes == null ? Set.of() : volumes.keySet());
                });
    }

    /** All names, with tag and with digest, and ids of images that the engine has. */
    Set<String> images() throws SandboxFault, InterruptedException {
        return ask(
                "list images",
                () -> {
                    var names = new HashSet<String>();
                    for (var image : client.listImagesCmd().exec()) {
                        names.add(image.getId());
                        for (String[] each :
                                new String[][] {image.getRepoTags(), image.getRepoDigests()}) {
                            if (each != null) {
                                names.addAll(List.of(each));
                            }
                        }
                    }
                    names.removeIf(name -> name.contains("<none>"));
                    return Set.copyOf(names);
                });
    }

    /** The addresses that the host has in a Docker network; empty when there is no such network. */
    Optional<List<String>> gateways(String network) throws SandboxFault, InterruptedException {
        return found(
                "look up the network " + network,
                () ->
                        client
                                .inspectNetworkCmd()
                                .withNetworkId(network)
                                .exec()
                                .getIpam()
                                .getConfig()
                                .stream()
                                .flatMap(config -> Stream.ofNullable(config.getGateway()))
                                .toList());
    }

    private <T> Optional<T> found(String what, Callable<T> call)
            throws SandboxFault, InterruptedException {
        try {
            return Optional.of(tryCall(what, limit, call));
        } catch (Refused no) {
            if (no.status() != NOT_FOUND) {
                throw unexpected(no);
            }
            return Optional.empty();
        }
    }

    private static Map<String, String> variables(List<String> lines) {
        var env = new LinkedHashMap<String, String>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                env.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return env;
    }

    /**
     * Makes a container that does not run yet; returns its id.
     *
     * @throws SandboxFault with scope {@code SANDBOX} when this host cannot give what the limits
     *     ask for, such as more CPUs than it has; with {@code HOST} for all else
     */
    String create(ContainerSpec spec) throws SandboxFault, InterruptedException {
        try {
            return tryCall(
                    "create a container",
                    limit,
                    () -> {
                        var create =
                                client.createContainerCmd(spec.image().id()).withName(spec.name());
                        spec.applyTo(create);
                        return create.exec().getId();
                    });
        } catch (Refused no) {
            throw no.status() == NOT_FOUND
                    ? Images.missing(spec.image().id(), SandboxFault.Scope.NEEDS)
                    : no.asFault();
        }
    }

    void start(String id) throws SandboxFault, InterruptedException {
        try {
            tryCall("start a container", limit, () -> client.startContainerCmd(id).exec());
        } catch (Refused no) {
            throw no.asFault();
        }
    }

    Attachment attach(String id, Conversation conversation)
            throws SandboxFault, InterruptedException {
        return ask("attach to a container", () -> Attachment.open(address, id, conversation));
    }

    /** How the engine sees the container now. */
    ContainerState state(String id) throws SandboxFault, InterruptedException {
        return ask(
                "inspect a container",
                () -> ContainerState.of(client.inspectContainerCmd(id).exec().getState()));
    }

    /**
     * Waits for the container to have ended, then says how the engine sees it; null when somebody
     * removed it.
     */
    @Nullable ContainerState stateAtEnd(String id, Duration patience)
            throws SandboxFault, InterruptedException {
        if (!awaitEnd(id, patience)) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "The Docker Engine hangs: it did not end a container within %d s. Look at its log (journalctl -u docker) and restart it."
                            .formatted(patience.toSeconds()));
        }
        return found(
                        "inspect a container",
                        () -> ContainerState.of(client.inspectContainerCmd(id).exec().getState()))
                .orElse(null);
    }

    /** Waits for the container to have ended; false when it has not, as long as it was waited. */
    boolean awaitEnd(String id, Duration patience) throws SandboxFault, InterruptedException {
        try {
            // The engine is asked a little longer, so that what is late is the container.
            return tryCall(
                    "wait for a container",
                    patience.plus(limit),
                    () -> {
                        try (var wait = client.waitContainerCmd(id).start()) {
                            return wait.awaitCompletion(patience.toMillis(), TimeUnit.MILLISECONDS);
                        }
                    });
        } catch (Refused no) {
            if (no.status() == NOT_FOUND) {
                return true;
            }
            throw unexpected(no);
        }
    }

    /** Kills all of a container; false when it was not running any more. */
    boolean kill(String id, Duration patience) throws SandboxFault, InterruptedException {
        try {
            return tryCall(
                    "kill a container",
                    patience,
                    () -> {
                        try {
                            client.killContainerCmd(id).exec();
                            return true;
                        } catch (ConflictException | NotFoundException notRunning) {
                            return false;
                        }
                    });
        } catch (Refused no) {
            throw unexpected(no);
        }
    }

    /** Removes a container, running or not; no harm when it is gone or already on its way. */
    void remove(String id, Duration patience) throws SandboxFault, InterruptedException {
        try {
            tryCall(
                    "remove a container",
                    patience,
                    () -> {
                        try {
                            return client.removeContainerCmd(id)
                                    .withForce(true)
                                    .withRemoveVolumes(true)
                                    .exec();
                        } catch (ConflictException
                                | NotFoundException
                                | NotModifiedException going) {
                            return null;
                        }
                    });
        } catch (Refused no) {
            throw unexpected(no);
        }
    }

    /** All containers, running or not, that carry these labels. */
    List<Container> containers(Map<String, String> labels)
            throws SandboxFault, InterruptedException {
        return ask(
                "list containers",
                () -> client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec());
    }

    /** A call whose refusal by the engine is as unexpected as a crash. */
    private <T> T ask(String what, Callable<T> call) throws SandboxFault, InterruptedException {
        try {
            return tryCall(what, limit, call);
        } catch (Refused no) {
            throw unexpected(no);
        }
    }

    private <T> T tryCall(String what, Duration patience, Callable<T> call)
            throws SandboxFault, Refused, InterruptedException {
        try {
            return calls.within(patience, what, call);
        } catch (Calls.CallFailed failed) {
            if (failed.reason() instanceof DockerException answer) {
                throw new Refused(answer);
            }
            throw address.failed(what, failed.reason());
        }
    }

    private static SandboxFault unexpected(Refused no) {
        return new SandboxFault(
                SandboxFault.Scope.HOST,
                "The Docker Engine refused a call that should work (HTTP %d: %s); look at its log (journalctl -u docker)."
                        .formatted(no.status(), no.getMessage()),
                no);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
