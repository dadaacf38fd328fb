package dev.kiln.deploy;

import static dev.kiln.deploy.KubernetesIT.at;
import static dev.kiln.deploy.KubernetesIT.container;
import static dev.kiln.deploy.KubernetesIT.list;
import static dev.kiln.deploy.KubernetesIT.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Good manifests with one thing wrong, for each policy at least one. */
final class Breaches {
    static final String SITE = "overlays/site-gvisor";
    static final String WORKERS = "overlays/workers-privileged";
    private static final String PROMETHEUS = "overlays/workers-privileged-prometheus";

    private Breaches() {}

    /**
     * One thing wrong.
     *
     * @param policy that must notice it
     */
    record Breach(String policy, String folder, UnaryOperator<Manifests> harm) {
        Manifests of(Manifests good) {
            return harm.apply(good);
        }
    }

    static Stream<Breach> all() {
        return Stream.of(pods(), running(), network(), SettingBreaches.all(), scale(), kafka())
                .flatMap(s -> s);
    }

    static Breach api(String policy, Consumer<ObjectNode> change) {
        return changed(policy, SITE, "Deployment", "kiln-api", change);
    }

    static Breach worker(String policy, Consumer<ObjectNode> change) {
        return changed(policy, WORKERS, "Deployment", "kiln-worker", change);
    }

    static Breach changed(
            String policy, String folder, String kind, String name, Consumer<ObjectNode> change) {
        return new Breach(policy, folder, m -> m.with(kind, name, change));
    }

    static Breach without(String policy, String folder, String kind, String name) {
        return new Breach(
                policy,
                folder,
                m -> {
                    var gone = m.one(kind, name);
                    return m.without(o -> o == gone);
                });
    }

    private static Stream<Breach> pods() {
        String resources = "resources are asked for, and memory is bounded";
        String nobody = "processes are nobody in particular";
        String token = "no pod has a token of the cluster's API";
        String privileged = "privileged is what says so, and alone";
        return Stream.of(
                api(resources, o -> at(container(o), "/resources/limits").remove("memory")),
                api(resources, o -> at(container(o), "/resources/requests").put("cpu", "0")),
                api(nobody, o -> at(spec(o), "/securityContext").put("runAsNonRoot", false)),
                api(nobody, o -> at(spec(o), "/securityContext").put("runAsUser", 0)),
                worker(nobody, o -> at(container(o), "/securityContext").put("runAsUser", 0)),
                api(
                        "the root file system is read-only",
                        o -> at(container(o), "/securityContext").remove("readOnlyRootFilesystem")),
                api(
                        "there is nothing to gain",
                        o -> at(container(o), "/securityContext").remove("capabilities")),
                api(
                        "there is nothing to gain",
                        o ->
                                at(container(o), "/securityContext")
                                        .put("allowPrivilegeEscalation", true)),
                api(
                        "system calls are filtered",
                        o ->
                                at(spec(o), "/securityContext/seccompProfile")
                                        .put("type", "Unconfined")),
                worker("nothing of the node is shared", o -> spec(o).put("hostPID", true)),
                worker(
                        "nothing of the node is shared",
                        o ->
                                list(spec(o), "/volumes")
                                        .addObject()
                                        .put("name", "x")
                                        .putObject("hostPath")
                                        .put("path", "/var/run")),
                api(token, o -> spec(o).put("automountServiceAccountToken", true)),
                api(token, o -> spec(o).put("serviceAccountName", "default")),
                changed(
                        token,
                        SITE,
                        "ServiceAccount",
                        "kiln-relay",
                        o -> o.remove("automountServiceAccountToken")),
                api(privileged, o -> at(container(o), "/securityContext").put("privileged", true)),
                worker(
                        privileged,
                        o -> at(container(o), "/securityContext").put("privileged", true)),
                worker(privileged, o -> spec(o).remove("nodeSelector")),
                worker(privileged, o -> spec(o).remove("tolerations")),
                worker(
                        privileged,
                        o -> at(o, "/spec/template/metadata/labels").remove("kiln.dev/privileged")),
                changed(
                        privileged,
                        SITE,
                        "Namespace",
                        "kiln",
                        o ->
                                at(o, "/metadata/labels")
                                        .put("pod-security.kubernetes.io/enforce", "baseline")));
    }

    private static Stream<Breach> running() {
        String images = "images are of this version";
        String probes = "a server is asked for its health by its three probes";
        String end = "the end is longer than the drain";
        String budget = "a drain of nodes takes one pod at a time";
        return Stream.of(
                api(images, o -> container(o).put("image", "registry.example.org/kiln:latest")),
                api(images, o -> container(o).put("image", "registry.example.org/kiln")),
                api(probes, o -> container(o).remove("startupProbe")),
                api(
                        probes,
                        o -> at(container(o), "/livenessProbe/httpGet").put("path", "/q/health")),
                api(probes, o -> at(container(o), "/readinessProbe/httpGet").remove("httpHeaders")),
                api(probes, o -> at(container(o), "/startupProbe").put("failureThreshold", 3)),
                api(end, o -> spec(o).put("terminationGracePeriodSeconds", 30)),
                api(end, o -> spec(o).remove("terminationGracePeriodSeconds")),
                worker(end, o -> spec(o).put("terminationGracePeriodSeconds", 300)),
                changed(
                        end,
                        WORKERS,
                        "ConfigMap",
                        "kiln-worker",
                        o -> at(o, "/data").put("KILN_WORKER_DRAIN_TIMEOUT", "15m")),
                api("pods are spread over zones", o -> spec(o).remove("topologySpreadConstraints")),
                without(budget, SITE, "PodDisruptionBudget", "kiln-intake"),
                changed(
                        budget,
                        WORKERS,
                        "PodDisruptionBudget",
                        "kiln-worker",
                        o -> at(o, "/spec").put("maxUnavailable", 0)));
    }

    private static Stream<Breach> network() {
        String out = "pods reach what they need and nothing else";
        String in = "pods are reached by whom they answer and nobody else";
        String anything =
                """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata:
                  name: anything
                  namespace: kiln-workers
                spec:
                  podSelector: {}
                  policyTypes:
                    - Egress
                  egress:
                    - {}
                """;
        return Stream.of(
                without("what is not allowed is denied", SITE, "NetworkPolicy", "default-deny"),
                without("what is not allowed is denied", WORKERS, "NetworkPolicy", "default-deny"),
                new Breach(out, WORKERS, m -> m.plus(anything)),
                without(out, SITE, "NetworkPolicy", "names"),
                changed(
                        out,
                        SITE,
                        "NetworkPolicy",
                        "webhooks",
                        o -> list(o, "/spec/egress/0/to/0/ipBlock/except").remove(1)),
                changed(
                        in,
                        SITE,
                        "NetworkPolicy",
                        "clients",
                        o -> at(o, "/spec/ingress/0").remove("from")),
                changed(
                        in,
                        SITE,
                        "NetworkPolicy",
                        "clients",
                        o -> at(o, "/spec/podSelector").remove("matchLabels")));
    }

    private static Stream<Breach> scale() {
        String there = "KEDA scales what is there, and nobody else does";
        return Stream.of(
                worker(there, o -> at(o, "/spec").put("replicas", 2)),
                changed(
                        there,
                        WORKERS,
                        "ScaledObject",
                        "kiln-worker",
                        o -> at(o, "/spec/scaleTargetRef").put("name", "kiln-workers")),
                changed(
                        "a worker counts for as many jobs as it runs",
                        WORKERS,
                        "ConfigMap",
                        "kiln-worker",
                        o -> at(o, "/data").put("KILN_WORKER_SLOTS", "4")),
                changed(
                        "intake grows no further than the topic's partitions",
                        SITE,
                        "ScaledObject",
                        "kiln-intake",
                        o -> at(o, "/spec").put("maxReplicaCount", 13)),
                changed(
                        "figures are asked for that there are",
                        PROMETHEUS,
                        "ScaledObject",
                        "kiln-worker",
                        o ->
                                at(o, "/spec/triggers/0/metadata")
                                        .put("query", "max(kiln_jobs_queued)")),
                without(
                        "a trigger's credentials are there",
                        SITE,
                        "TriggerAuthentication",
                        "kiln-intake-lag"));
    }

    private static Stream<Breach> kafka() {
        String durable = "an acknowledged record outlives a broker";
        return Stream.of(
                without("the topics are ours, all of them", "kafka", "KafkaTopic", "kiln.rejected"),
                topic(durable, o -> at(o, "/spec").put("replicas", 1)),
                topic(durable, o -> at(o, "/spec/config").put("min.insync.replicas", 1)),
                topic(durable, o -> at(o, "/spec/config").remove("unclean.leader.election.enable")),
                topic(
                        "a topic keeps records for long enough",
                        o -> at(o, "/spec/config").put("retention.ms", 86_400_000)),
                topic(
                        "a topic keeps records for long enough",
                        o -> at(o, "/spec/config").put("retention.ms", 2_592_000_000L)),
                topic(
                        "the age of submissions is the broker's word",
                        o -> at(o, "/spec/config").remove("message.timestamp.type")),
                changed(
                        "users may do what they must, and no more",
                        "kafka",
                        "KafkaUser",
                        "kiln-producer",
                        o -> list(o, "/spec/authorization/acls/0/operations").add("Read")));
    }

    private static Breach topic(String policy, Consumer<ObjectNode> change) {
        return changed(policy, "kafka", "KafkaTopic", "kiln.jobs", change);
    }
}
