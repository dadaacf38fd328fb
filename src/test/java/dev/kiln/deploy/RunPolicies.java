package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.component;
import static dev.kiln.deploy.Manifests.containers;
import static dev.kiln.deploy.Manifests.each;
import static dev.kiln.deploy.Manifests.isPrivileged;
import static dev.kiln.deploy.Manifests.podLabels;
import static dev.kiln.deploy.Manifests.podSpec;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.run.WorkerConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How pods are started, watched, spread and ended. */
final class RunPolicies {
    /** For what comes after the drain: giving back, closing connections. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    private static final Map<String, String> PROBES =
            Map.of(
                    "startupProbe", "/q/health/started",
                    "livenessProbe", "/q/health/live",
                    "readinessProbe", "/q/health/ready");

    private final String version;

    /**
     * @param version Kiln's own, which the images have
     */
    RunPolicies(String version) {
        this.version = version;
    }

    List<Policy> all() {
        return List.of(
                PodPolicies.container(
                        "images are of this version",
                        (_, c) -> c.path("image").asText().endsWith(":" + version)),
                new Policy("a server is asked for its health by its three probes", this::probes),
                new Policy("the end is longer than the drain", this::ends),
                new Policy("pods are spread over zones", this::spread),
                new Policy("a drain of nodes takes one pod at a time", this::disruption));
    }

    private Stream<String> probes(Manifests manifests) {
        return manifests.of("Deployment").stream()
                .flatMap(
                        w ->
                                containers(w).stream()
                                        .filter(c -> !isProbed(c))
                                        .map(c -> told(w) + ", " + c.path("name").asText()));
    }

    private static boolean isProbed(JsonNode container) {
        if (isPrivileged(container)) {
            return container.at("/startupProbe").has("exec")
                    && container.at("/livenessProbe").has("exec");
        }
        boolean asked =
                PROBES.entrySet().stream()
                        .allMatch(probe -> asks(container.path(probe.getKey()), probe.getValue()));
        var start = container.path("startupProbe");
        // A minute: the preflight waits for servers, and a JVM may get little of a processor.
        return asked
                && start.path("failureThreshold").asInt() * start.path("periodSeconds").asInt()
                        >= 60;
    }

    /** With a Host header, since one with the pod's address is refused. */
    private static boolean asks(JsonNode probe, String path) {
        var get = probe.path("httpGet");
        return get.path("path").asText().equals(path)
                && get.path("port").asText().equals("http")
                && get.at("/httpHeaders/0/name").asText().equals("Host")
                && get.at("/httpHeaders/0/value").asText().equals("localhost")
                && probe.path("timeoutSeconds").asInt() > 1;
    }

    private Stream<String> ends(Manifests manifests) {
        return manifests.of("Deployment").stream()
                .filter(
                        w ->
                                patience(w)
                                                .compareTo(
                                                        drain(manifests, w)
                                                                .plus(preStop(w))
                                                                .plus(MARGIN))
                                        < 0)
                .map(w -> told(w) + " is ended after " + patience(w));
    }

    private static Duration patience(JsonNode workload) {
        return Duration.ofSeconds(
                podSpec(workload).path("terminationGracePeriodSeconds").asInt(30));
    }

    private static Duration preStop(JsonNode workload) {
        return Duration.ofSeconds(
                containers(workload).getLast().at("/lifecycle/preStop/sleep/seconds").asInt());
    }

    /** What the process would do with these variables. */
    private static Duration drain(Manifests manifests, JsonNode workload) {
        return Optional.ofNullable(
                        Environment.of(manifests, containers(workload).getLast())
                                .get("KILN_WORKER_DRAIN_TIMEOUT"))
                .map(DurationConverter::parseDuration)
                .orElseGet(RunPolicies::drainByDefault);
    }

    private static Duration drainByDefault() {
        try {
            return DurationConverter.parseDuration(
                    WorkerConfig.class
                            .getMethod("drainTimeout")
                            .getAnnotation(WithDefault.class)
                            .value());
        } catch (NoSuchMethodException renamed) {
            throw new AssertionError(renamed);
        }
    }

    private Stream<String> spread(Manifests manifests) {
        return manifests.of("Deployment").stream()
                .filter(
                        w ->
                                each(podSpec(w).path("topologySpreadConstraints"))
                                        .noneMatch(
                                                c ->
                                                        c.path("topologyKey")
                                                                        .asText()
                                                                        .equals(
                                                                                "topology.kubernetes.io/zone")
                                                                && Manifests.selects(
                                                                        c.path("labelSelector"),
                                                                        podLabels(w))
                                                                && c.path("labelSelector")
                                                                        .toString()
                                                                        .contains(component(w))))
                .map(Manifests::told);
    }

    private Stream<String> disruption(Manifests manifests) {
        return manifests.of("Deployment").stream()
                .filter(
                        w ->
                                manifests.of("PodDisruptionBudget").stream()
                                                .filter(
                                                        b ->
                                                                Manifests.namespace(b)
                                                                                .equals(
                                                                                        Manifests
                                                                                                .namespace(
                                                                                                        w))
                                                                        && Manifests.selects(
                                                                                b.at(
                                                                                        "/spec/selector"),
                                                                                podLabels(w)))
                                                .filter(
                                                        b ->
                                                                b.at("/spec/maxUnavailable").asInt()
                                                                        == 1)
                                                .count()
                                        != 1)
                .map(Manifests::told);
    }
}
