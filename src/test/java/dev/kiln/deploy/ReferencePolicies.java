package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.containers;
import static dev.kiln.deploy.Manifests.each;
import static dev.kiln.deploy.Manifests.namespace;
import static dev.kiln.deploy.Manifests.podLabels;
import static dev.kiln.deploy.Manifests.podSpec;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is named is there: in the manifests, or among the Secrets that the site brings. */
final class ReferencePolicies {
    private final Map<String, Set<String>> secrets;

    /**
     * @param secrets by name, with their keys, as docs/KUBERNETES.md lists them
     */
    ReferencePolicies(Map<String, Set<String>> secrets) {
        this.secrets = secrets;
    }

    List<Policy> all() {
        return List.of(
                new Policy("every ConfigMap that is named is there", this::configMaps),
                new Policy("every Secret that is named is documented", this::secrets),
                new Policy("every volume that is mounted is there", this::volumes),
                new Policy("every selector takes the pods that it means", this::selectors),
                new Policy("every port that is named is there", this::ports));
    }

    private Stream<String> configMaps(Manifests manifests) {
        var whole =
                manifests.workloads().stream()
                        .flatMap(
                                w ->
                                        w.findValues("configMapRef").stream()
                                                .map(Manifests::plainName)
                                                .filter(name -> !has(manifests, w, name))
                                                .map(name -> told(w) + " lacks " + name));
        return Stream.concat(whole, keys(manifests));
    }

    private static boolean has(Manifests manifests, JsonNode workload, String configMap) {
        return manifests.has("ConfigMap", namespace(workload), configMap);
    }

    private static Stream<String> keys(Manifests manifests) {
        return manifests.workloads().stream()
                .flatMap(
                        w ->
                                w.findValues("configMapKeyRef").stream()
                                        .filter(
                                                ref ->
                                                        manifests.of("ConfigMap").stream()
                                                                .noneMatch(map -> holds(map, ref)))
                                        .map(ref -> told(w) + " lacks " + ref));
    }

    private static boolean holds(JsonNode map, JsonNode ref) {
        return Manifests.name(map).equals(ref.path("name").asText())
                && map.path("data").has(ref.path("key").asText());
    }

    private Stream<String> secrets(Manifests manifests) {
        return manifests.objects().stream()
                .flatMap(o -> used(o).filter(u -> !isDocumented(u)).map(u -> told(o) + ": " + u));
    }

    /** A Secret and a key of it; no key where all of it is meant. */
    private record Use(String secret, String key) {}

    private boolean isDocumented(Use use) {
        var keys = secrets.get(use.secret());
        return keys != null && (use.key().isEmpty() || keys.contains(use.key()));
    }

    private static Stream<Use> used(ObjectNode object) {
        var variables = object.findValues("secretKeyRef").stream().map(ReferencePolicies::use);
        var ofMonitors = object.findValues("credentials").stream().map(ReferencePolicies::use);
        var ofTriggers =
                object.findValues("secretTargetRef").stream()
                        .flatMap(Manifests::each)
                        .map(ReferencePolicies::use);
        var volumes =
                object.findValues("secret").stream()
                        .flatMap(
                                secret ->
                                        secret.has("items")
                                                ? each(secret.path("items"))
                                                        .map(item -> use(secret, item))
                                                : Stream.of(use(secret, secret)));
        var ingress = each(object.at("/spec/tls")).map(tls -> use(tls, tls));
        return Stream.of(variables, ofMonitors, ofTriggers, volumes, ingress).flatMap(s -> s);
    }

    private static Use use(JsonNode ref) {
        return new Use(ref.path("name").asText(), ref.path("key").asText());
    }

    private static Use use(JsonNode secret, JsonNode item) {
        return new Use(secret.path("secretName").asText(), item.path("key").asText());
    }

    private Stream<String> volumes(Manifests manifests) {
        return manifests.workloads().stream()
                .flatMap(
                        w -> {
                            var there = names(podSpec(w).path("volumes"));
                            return containers(w).stream()
                                    .flatMap(c -> names(c.path("volumeMounts")).stream())
                                    .filter(name -> !there.contains(name))
                                    .map(name -> told(w) + " lacks " + name);
                        });
    }

    private static Set<String> names(JsonNode array) {
        return each(array).map(n -> n.path("name").asText()).collect(Collectors.toSet());
    }

    private Stream<String> selectors(Manifests manifests) {
        var own =
                manifests.of("Deployment").stream()
                        .filter(
                                w ->
                                        w.at("/spec/selector/matchLabels").isEmpty()
                                                || !Manifests.selects(
                                                        w.at("/spec/selector"), podLabels(w)))
                        .map(Manifests::told);
        var services =
                manifests.of("Service").stream()
                        .filter(s -> targets(manifests, s).isEmpty())
                        .map(Manifests::told);
        var monitors =
                manifests.of("PodMonitor").stream()
                        .filter(
                                p ->
                                        manifests.of("Deployment").stream()
                                                .noneMatch(
                                                        w ->
                                                                Manifests.selects(
                                                                        p.at("/spec/selector"),
                                                                        podLabels(w))))
                        .map(Manifests::told);
        return Stream.of(own, services, monitors).flatMap(s -> s);
    }

    private static List<ObjectNode> targets(Manifests manifests, JsonNode service) {
        return manifests.of("Deployment").stream()
                .filter(w -> namespace(w).equals(namespace(service)))
                .filter(
                        w ->
                                service.at("/spec/selector").properties().stream()
                                        .allMatch(
                                                e ->
                                                        e.getValue()
                                                                .equals(
                                                                        podLabels(w)
                                                                                .get(e.getKey()))))
                .toList();
    }

    private Stream<String> ports(Manifests manifests) {
        var services =
                manifests.of("Service").stream()
                        .filter(
                                s ->
                                        !targets(manifests, s).stream()
                                                .allMatch(w -> ports(w).containsAll(wanted(s))))
                        .map(Manifests::told);
        var ingresses =
                manifests.of("Ingress").stream()
                        .filter(
                                i ->
                                        !i.findValues("backend").stream()
                                                .allMatch(b -> isThere(manifests, b)))
                        .map(Manifests::told);
        var probes =
                manifests.of("Deployment").stream()
                        .filter(
                                w ->
                                        !w.findValues("httpGet").stream()
                                                .allMatch(
                                                        g ->
                                                                ports(w).contains(
                                                                                g.path("port")
                                                                                        .asText())))
                        .map(Manifests::told);
        return Stream.of(services, ingresses, probes).flatMap(s -> s);
    }

    private static Set<String> ports(JsonNode workload) {
        return containers(workload).stream()
                .flatMap(c -> names(c.path("ports")).stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> wanted(JsonNode service) {
        return each(service.at("/spec/ports"))
                .map(p -> p.path("targetPort").asText())
                .collect(Collectors.toSet());
    }

    private static boolean isThere(Manifests manifests, JsonNode backend) {
        return manifests.of("Service").stream()
                .filter(s -> Manifests.name(s).equals(backend.at("/service/name").asText()))
                .anyMatch(
                        s ->
                                names(s.at("/spec/ports"))
                                        .contains(backend.at("/service/port/name").asText()));
    }
}
