package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.each;
import static dev.kiln.deploy.Manifests.namespace;
import static dev.kiln.deploy.Manifests.podLabels;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who talks to whom: all of it, as a table. */
final class NetworkPolicies {
    private static final String NAMES = "kube-system/k8s-app=kube-dns:53";
    private static final String DATABASE = "databases:5432";
    private static final String BROKER = "kafka:9093";
    private static final String INTERNET =
            "0.0.0.0/0 but 0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16,224.0.0.0/3:443";
    private static final String PROMETHEUS = "monitoring:http";

    private static final Map<String, Set<String>> OUT =
            Map.of(
                    "api", Set.of(NAMES, DATABASE),
                    "intake", Set.of(NAMES, DATABASE, BROKER),
                    "relay", Set.of(NAMES, DATABASE, BROKER, INTERNET),
                    "migrate", Set.of(NAMES, DATABASE),
                    "worker", Set.of(NAMES, DATABASE));

    private static final Map<String, Set<String>> IN =
            Map.of(
                    "api", Set.of("kiln.dev/clients=true:http", PROMETHEUS),
                    "intake", Set.of(PROMETHEUS),
                    "relay", Set.of(PROMETHEUS),
                    "migrate", Set.of(),
                    "worker", Set.of(PROMETHEUS));

    private NetworkPolicies() {}

    static List<Policy> all() {
        return List.of(
                new Policy("what is not allowed is denied", NetworkPolicies::denied),
                new Policy(
                        "pods reach what they need and nothing else",
                        m -> compare(m, "Egress", "egress", "to", OUT)),
                new Policy(
                        "pods are reached by whom they answer and nobody else",
                        m -> compare(m, "Ingress", "ingress", "from", IN)));
    }

    private static Stream<String> denied(Manifests manifests) {
        return manifests.workloads().stream()
                .filter(
                        w ->
                                manifests.of("NetworkPolicy").stream()
                                        .noneMatch(p -> deniesAll(p, namespace(w))))
                .map(Manifests::told);
    }

    private static boolean deniesAll(JsonNode policy, String namespace) {
        return namespace(policy).equals(namespace)
                && policy.at("/spec/podSelector").isEmpty()
                && types(policy).equals(Set.of("Ingress", "Egress"))
                && !policy.path("spec").has("ingress")
                && !policy.path("spec").has("egress");
    }

    private static Set<String> types(JsonNode policy) {
        return each(policy.at("/spec/policyTypes"))
                .map(JsonNode::asText)
                .collect(Collectors.toSet());
    }

    private static Stream<String> compare(
            Manifests manifests,
            String type,
            String rules,
            String peers,
            Map<String, Set<String>> wanted) {
        return manifests.workloads().stream()
                .flatMap(
                        w -> {
                            var found = allowed(manifests, w, type, rules, peers);
                            var expected = new TreeSet<>(wanted.get(Manifests.component(w)));
                            return found.equals(expected)
                                    ? Stream.of()
                                    : Stream.of(
                                            told(w) + ": " + found + " in place of " + expected);
                        });
    }

    private static Set<String> allowed(
            Manifests manifests, JsonNode workload, String type, String rules, String peers) {
        return manifests.of("NetworkPolicy").stream()
                .filter(p -> namespace(p).equals(namespace(workload)))
                .filter(p -> Manifests.selects(p.at("/spec/podSelector"), podLabels(workload)))
                .filter(p -> types(p).contains(type))
                .flatMap(p -> each(p.at("/spec/" + rules)))
                .flatMap(rule -> ways(rule, peers))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A rule without peers or without ports means all of them, and is told as such. */
    private static Stream<String> ways(JsonNode rule, String peers) {
        var others =
                rule.has(peers)
                        ? each(rule.path(peers)).map(NetworkPolicies::peer).toList()
                        : List.of("anybody");
        var ports =
                rule.has("ports")
                        ? each(rule.path("ports"))
                                .map(p -> p.path("port").asText("any"))
                                .distinct()
                                .toList()
                        : List.of("any");
        return others.stream().flatMap(o -> ports.stream().map(p -> o + ":" + p));
    }

    private static String peer(JsonNode peer) {
        if (peer.has("ipBlock")) {
            String except =
                    each(peer.at("/ipBlock/except"))
                            .map(JsonNode::asText)
                            .collect(Collectors.joining(","));
            return peer.at("/ipBlock/cidr").asText() + " but " + except;
        }
        String space = labels(peer.path("namespaceSelector"));
        String pods = labels(peer.path("podSelector"));
        return (space + (pods.isEmpty() ? "" : "/" + pods))
                .replace("kubernetes.io/metadata.name=", "");
    }

    private static String labels(JsonNode selector) {
        return selector.path("matchLabels").properties().stream()
                .map(e -> e.getKey() + "=" + e.getValue().asText())
                .sorted()
                .collect(Collectors.joining(","));
    }
}
