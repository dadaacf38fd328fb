package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.containers;
import static dev.kiln.deploy.Manifests.each;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.testing.PromQl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What KEDA scales, and by which figures. */
final class ScalePolicies {
    private static final Map<String, String> THRESHOLD =
            Map.of("postgresql", "targetQueryValue", "prometheus", "threshold");

    private final Set<String> metrics;
    private final int partitions;

    /**
     * @param metrics those that Kiln has, as docs/METRICS.md lists them
     * @param partitions of the topic of submissions
     */
    ScalePolicies(Set<String> metrics, int partitions) {
        this.metrics = metrics;
        this.partitions = partitions;
    }

    List<Policy> all() {
        return List.of(
                new Policy("KEDA scales what is there, and nobody else does", this::targets),
                new Policy("a worker counts for as many jobs as it runs", this::slots),
                new Policy("intake grows no further than the topic's partitions", this::growth),
                new Policy("figures are asked for that there are", this::figures),
                new Policy("a trigger's credentials are there", this::credentials));
    }

    private Stream<String> targets(Manifests manifests) {
        return manifests.of("ScaledObject").stream()
                .filter(
                        s ->
                                target(manifests, s)
                                        .filter(w -> !w.at("/spec").has("replicas"))
                                        .isEmpty())
                .map(Manifests::told);
    }

    private static Optional<ObjectNode> target(Manifests manifests, JsonNode scaled) {
        return manifests.of("Deployment").stream()
                .filter(w -> Manifests.namespace(w).equals(Manifests.namespace(scaled)))
                .filter(
                        w ->
                                Manifests.name(w)
                                        .equals(scaled.at("/spec/scaleTargetRef/name").asText()))
                .findFirst();
    }

    private Stream<String> slots(Manifests manifests) {
        return manifests.of("ScaledObject").stream()
                .flatMap(
                        s ->
                                each(s.at("/spec/triggers"))
                                        .filter(t -> THRESHOLD.containsKey(type(t)))
                                        .filter(t -> !slots(manifests, s).equals(threshold(t)))
                                        .map(t -> told(s) + " asks for one per " + threshold(t)));
    }

    private static String type(JsonNode trigger) {
        return trigger.path("type").asText();
    }

    private static String threshold(JsonNode trigger) {
        return trigger.path("metadata").path(THRESHOLD.get(type(trigger))).asText();
    }

    private static String slots(Manifests manifests, JsonNode scaled) {
        return target(manifests, scaled)
                .map(w -> Environment.of(manifests, containers(w).getLast()))
                .map(e -> e.getOrDefault("KILN_WORKER_SLOTS", "nobody knows how many"))
                .orElse("nothing");
    }

    private Stream<String> growth(Manifests manifests) {
        return manifests.of("ScaledObject").stream()
                .filter(s -> each(s.at("/spec/triggers")).anyMatch(t -> type(t).equals("kafka")))
                .filter(s -> s.at("/spec/maxReplicaCount").asInt() > partitions)
                .map(Manifests::told);
    }

    private Stream<String> figures(Manifests manifests) {
        return manifests.of("ScaledObject").stream()
                .filter(
                        s ->
                                each(s.at("/spec/triggers"))
                                        .filter(t -> type(t).equals("prometheus"))
                                        .map(t -> PromQl.metrics(t.at("/metadata/query").asText()))
                                        .anyMatch(m -> m.isEmpty() || !metrics.containsAll(m)))
                .map(Manifests::told);
    }

    private Stream<String> credentials(Manifests manifests) {
        return manifests.of("ScaledObject").stream()
                .filter(
                        s ->
                                each(s.at("/spec/triggers"))
                                        .filter(t -> !type(t).equals("prometheus"))
                                        .anyMatch(
                                                t ->
                                                        !manifests.has(
                                                                "TriggerAuthentication",
                                                                Manifests.namespace(s),
                                                                t.at("/authenticationRef/name")
                                                                        .asText())))
                .map(Manifests::told);
    }
}
