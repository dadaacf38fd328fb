package dev.kiln.deploy;

import static dev.kiln.deploy.Breaches.SITE;
import static dev.kiln.deploy.Breaches.WORKERS;
import static dev.kiln.deploy.Breaches.api;
import static dev.kiln.deploy.Breaches.changed;
import static dev.kiln.deploy.Breaches.without;
import static dev.kiln.deploy.KubernetesIT.at;
import static dev.kiln.deploy.KubernetesIT.container;
import static dev.kiln.deploy.KubernetesIT.list;
import static dev.kiln.deploy.KubernetesIT.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.deploy.Breaches.Breach;
import java.util.stream.Stream;

/** Those of what processes are told, and of what is named. */
final class SettingBreaches {
    private SettingBreaches() {}

    static Stream<Breach> all() {
        return Stream.concat(settings(), references());
    }

    private static Stream<Breach> settings() {
        String secret = "there is no secret in the manifests";
        return Stream.of(
                changed(
                        "every setting is one that Kiln reads",
                        WORKERS,
                        "ConfigMap",
                        "kiln-worker",
                        o -> at(o, "/data").put("KILN_WORKER_SLOT", "4")),
                api(
                        "every setting is one that Kiln reads",
                        o -> env(o, "QUARKUS_DATASOURCE_URL", "jdbc:postgresql://x/y")),
                api(
                        "each Deployment plays the one role of its name",
                        o -> env(o, "KILN_ROLES", "api,worker")),
                api(
                        "only the migration changes tables",
                        o -> env(o, "KILN_SCHEMA_AT_START", "migrate")),
                changed(
                        "only the migration changes tables",
                        SITE,
                        "Job",
                        "kiln-migrate",
                        o -> env(o, "KILN_SCHEMA_AT_START", "expect")),
                api(secret, o -> env(o, "QUARKUS_DATASOURCE_PASSWORD", "tr0ub4dor")),
                changed(
                        secret,
                        WORKERS,
                        "ConfigMap",
                        "kiln-worker",
                        o ->
                                at(o, "/data")
                                        .put(
                                                "QUARKUS_DATASOURCE_JDBC_URL",
                                                "jdbc:postgresql://kiln:tr0ub4dor@db/kiln")),
                new Breach(
                        secret,
                        SITE,
                        m -> m.plus("apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n")));
    }

    private static void env(ObjectNode workload, String name, String value) {
        list(container(workload), "/env").addObject().put("name", name).put("value", value);
    }

    private static Stream<Breach> references() {
        String secret = "every Secret that is named is documented";
        String selector = "every selector takes the pods that it means";
        String port = "every port that is named is there";
        return Stream.of(
                without("every ConfigMap that is named is there", SITE, "ConfigMap", "kiln-kafka"),
                changed(
                        "every ConfigMap that is named is there",
                        SITE,
                        "ConfigMap",
                        "kiln-names",
                        o -> at(o, "/data").remove("hosts")),
                api(
                        secret,
                        o -> at(o, "/spec/template/spec/volumes/0/secret").put("secretName", "x")),
                changed(
                        secret,
                        SITE,
                        "TriggerAuthentication",
                        "kiln-intake-lag",
                        o -> at(o, "/spec/secretTargetRef/0").put("key", "user")),
                api(
                        "every volume that is mounted is there",
                        o -> list(spec(o), "/volumes").remove(0)),
                api(selector, o -> at(o, "/spec/selector/matchLabels").put("x", "y")),
                changed(
                        selector,
                        SITE,
                        "Service",
                        "kiln-api",
                        o -> at(o, "/spec/selector").put("app.kubernetes.io/component", "web")),
                changed(
                        selector,
                        SITE,
                        "PodMonitor",
                        "kiln",
                        o -> at(o, "/spec/selector/matchLabels").put("x", "y")),
                changed(
                        port,
                        SITE,
                        "Service",
                        "kiln-api",
                        o -> at(o, "/spec/ports/0").put("targetPort", "web")),
                changed(
                        port,
                        SITE,
                        "Ingress",
                        "kiln-api",
                        o ->
                                at(o, "/spec/rules/0/http/paths/0/backend/service")
                                        .put("name", "kiln")),
                api(port, o -> at(container(o), "/livenessProbe/httpGet").put("port", "web")));
    }
}
