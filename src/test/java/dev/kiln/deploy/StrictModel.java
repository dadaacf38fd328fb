package dev.kiln.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The kinds of objects that the manifests may have, with every field that there is: a misspelt one,
 * which a cluster would drop or refuse, is found without a cluster. Kubernetes' own, Strimzi's and
 * those of Prometheus' operator are what their Java models know; KEDA has none, so that its two are
 * written down as a schema, of what we use.
 */
final class StrictModel {
    private static final Map<String, Class<?>> KINDS =
            Map.ofEntries(
                    Map.entry("v1 ConfigMap", ConfigMap.class),
                    Map.entry("v1 Namespace", Namespace.class),
                    Map.entry("v1 Service", Service.class),
                    Map.entry("v1 ServiceAccount", ServiceAccount.class),
                    Map.entry("apps/v1 Deployment", Deployment.class),
                    Map.entry("batch/v1 Job", Job.class),
                    Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
                    Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
                    Map.entry("networking.k8s.io/v1 Ingress", Ingress.class),
                    Map.entry("node.k8s.io/v1 RuntimeClass", RuntimeClass.class),
                    Map.entry("monitoring.coreos.com/v1 PodMonitor", PodMonitor.class),
                    Map.entry("kafka.strimzi.io/v1 KafkaTopic", KafkaTopic.class),
                    Map.entry("kafka.strimzi.io/v1 KafkaUser", KafkaUser.class));

    private static final String KEDA = "keda.sh/v1alpha1 ";

    /** Of all models, which otherwise take any field and keep it aside. */
    private static final ObjectMapper STRICT =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_INVALID_SUBTYPE)
                    .setAnnotationIntrospector(
                            new JacksonAnnotationIntrospector() {
                                private static final long serialVersionUID = 1L;

                                @Override
                                public Boolean hasAnySetter(Annotated member) {
                                    return false;
                                }
                            });

    private StrictModel() {}

    /** What is wrong with the object's form, one sentence each. */
    static List<String> objections(JsonNode object) {
        String type = object.at("/apiVersion").asText() + " " + object.at("/kind").asText();
        if (type.startsWith(KEDA)) {
            return againstSchema(object, type.substring(KEDA.length()));
        }
        Class<?> model = KINDS.get(type);
        if (model == null) {
            return List.of("no model of " + type);
        }
        try {
            STRICT.treeToValue(object, model);
            return List.of();
        } catch (JsonProcessingException e) {
            return List.of(Manifests.told(object) + ": " + e.getOriginalMessage());
        }
    }

    private static List<String> againstSchema(JsonNode object, String kind) {
        InputStream file =
                Objects.requireNonNull(
                        StrictModel.class.getResourceAsStream("/keda/" + kind + ".schema.json"),
                        "no schema of " + kind);
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(file)
                .validate(object)
                .stream()
                .map(m -> Manifests.told(object) + ": " + m.getMessage())
                .toList();
    }
}
