package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.containers;
import static dev.kiln.deploy.Manifests.each;
import static dev.kiln.deploy.Manifests.isPrivileged;
import static dev.kiln.deploy.Manifests.podSpec;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What each pod and container keeps to. */
final class PodPolicies {
    private PodPolicies() {}

    static List<Policy> all() {
        return List.of(
                container("resources are asked for, and memory is bounded", PodPolicies::resources),
                container("processes are nobody in particular", PodPolicies::nobody),
                container(
                        "the root file system is read-only",
                        (_, c) -> c.at("/securityContext/readOnlyRootFilesystem").asBoolean()),
                container("there is nothing to gain", PodPolicies::nothingToGain),
                container(
                        "system calls are filtered",
                        (pod, c) ->
                                isPrivileged(c)
                                        || context(pod, c, "seccompProfile")
                                                .path("type")
                                                .asText()
                                                .equals("RuntimeDefault")),
                pod("nothing of the node is shared", PodPolicies::apart),
                new Policy("no pod has a token of the cluster's API", PodPolicies::tokens),
                new Policy("privileged is what says so, and alone", PodPolicies::privileged));
    }

    /** A condition of a container in its pod. */
    interface ContainerCondition {
        boolean holds(JsonNode pod, JsonNode container);
    }

    static Policy container(String name, ContainerCondition condition) {
        return new Policy(
                name,
                manifests ->
                        manifests.workloads().stream()
                                .flatMap(
                                        w ->
                                                containers(w).stream()
                                                        .filter(
                                                                c ->
                                                                        !condition.holds(
                                                                                podSpec(w), c))
                                                        .map(
                                                                c ->
                                                                        told(w)
                                                                                + ", container "
                                                                                + c.at("/name")
                                                                                        .asText())));
    }

    private static Policy pod(String name, Predicate<JsonNode> condition) {
        return new Policy(
                name,
                manifests ->
                        manifests.workloads().stream()
                                .filter(w -> !condition.test(podSpec(w)))
                                .map(Manifests::told));
    }

    private static boolean resources(JsonNode pod, JsonNode container) {
        var resources = container.path("resources");
        return isPositive(resources.at("/requests/cpu"))
                && isPositive(resources.at("/requests/memory"))
                && amount(resources.at("/limits/memory"))
                        .equals(amount(resources.at("/requests/memory")));
    }

    private static boolean isPositive(JsonNode quantity) {
        return amount(quantity).signum() > 0;
    }

    private static BigDecimal amount(JsonNode quantity) {
        return quantity.asText().isEmpty()
                ? BigDecimal.ZERO
                : Quantity.getAmountInBytes(new Quantity(quantity.asText()));
    }

    /** The container's own word, else the pod's. */
    private static JsonNode context(JsonNode pod, JsonNode container, String field) {
        var own = container.at("/securityContext/" + field);
        return own.isMissingNode() ? pod.at("/securityContext/" + field) : own;
    }

    private static boolean nobody(JsonNode pod, JsonNode container) {
        return isPrivileged(container)
                || (context(pod, container, "runAsNonRoot").asBoolean()
                        && context(pod, container, "runAsUser").asInt() >= 10_000);
    }

    private static boolean nothingToGain(JsonNode pod, JsonNode container) {
        var context = container.path("securityContext");
        return isPrivileged(container)
                || (!context.path("allowPrivilegeEscalation").asBoolean(true)
                        && context.at("/capabilities/drop/0").asText().equals("ALL")
                        && context.at("/capabilities/add").isMissingNode());
    }

    private static boolean apart(JsonNode pod) {
        return Stream.of("hostNetwork", "hostPID", "hostIPC")
                        .noneMatch(shared -> pod.path(shared).asBoolean())
                && each(pod.path("volumes")).noneMatch(volume -> volume.has("hostPath"));
    }

    private static Stream<String> tokens(Manifests manifests) {
        var automatic =
                Stream.concat(
                                manifests.of("ServiceAccount").stream(),
                                manifests.workloads().stream())
                        .filter(
                                o ->
                                        Stream.of(o, podSpec(o))
                                                .map(s -> s.path("automountServiceAccountToken"))
                                                .noneMatch(s -> s.isBoolean() && !s.asBoolean()));
        var others =
                manifests.workloads().stream()
                        .filter(
                                w ->
                                        !manifests.has(
                                                "ServiceAccount",
                                                Manifests.namespace(w),
                                                podSpec(w).path("serviceAccountName").asText()));
        var rights =
                manifests.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding").stream();
        return Stream.of(automatic, others, rights).flatMap(s -> s).map(Manifests::told);
    }

    private static Stream<String> privileged(Manifests manifests) {
        return manifests.workloads().stream()
                .flatMap(w -> Stream.concat(namespace(manifests, w), alone(w)));
    }

    private static Stream<String> namespace(Manifests manifests, JsonNode workload) {
        boolean privileged = containers(workload).stream().anyMatch(Manifests::isPrivileged);
        String wanted = privileged ? "privileged" : "restricted";
        String level =
                manifests
                        .one("Namespace", Manifests.namespace(workload))
                        .at("/metadata/labels/pod-security.kubernetes.io~1enforce")
                        .asText();
        return level.equals(wanted)
                ? Stream.of()
                : Stream.of(told(workload) + " is in a namespace that enforces " + level);
    }

    private static Stream<String> alone(JsonNode workload) {
        if (containers(workload).stream().noneMatch(Manifests::isPrivileged)) {
            return Stream.of();
        }
        var spec = podSpec(workload);
        boolean said =
                Manifests.podLabels(workload).path("kiln.dev/privileged").asText().equals("true")
                        && workload.at("/metadata/labels/kiln.dev~1privileged")
                                .asText()
                                .equals("true");
        boolean placed =
                spec.path("nodeSelector").path("kiln.dev/worker").asText().equals("true")
                        && each(spec.path("tolerations"))
                                .anyMatch(t -> t.path("key").asText().equals("kiln.dev/worker"));
        boolean worker = Manifests.component(workload).equals("worker");
        boolean engineOnly =
                containers(workload).stream()
                        .filter(Manifests::isPrivileged)
                        .allMatch(c -> c.path("name").asText().equals("engine"));
        return said && placed && worker && engineOnly
                ? Stream.of()
                : Stream.of(told(workload) + " is privileged and does not say so, or is elsewhere");
    }
}
