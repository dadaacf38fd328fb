package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.each;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** The variables of a container, as far as the manifests tell them. */
final class Environment {
    /** In place of what only the cluster knows. */
    static final String ELSEWHERE = "";

    private Environment() {}

    /** Name and value; those of secrets and of the pod itself have {@link #ELSEWHERE}. */
    static Map<String, String> of(Manifests manifests, JsonNode container) {
        Map<String, String> all = new LinkedHashMap<>();
        each(container.path("envFrom"))
                .map(source -> source.at("/configMapRef/name").asText())
                .forEach(map -> data(manifests, map).forEach(all::put));
        each(container.path("env"))
                .forEach(e -> all.put(e.at("/name").asText(), e.path("value").asText(ELSEWHERE)));
        return all;
    }

    private static Map<String, String> data(Manifests manifests, String configMap) {
        Map<String, String> data = new LinkedHashMap<>();
        manifests.of("ConfigMap").stream()
                .filter(map -> Manifests.name(map).equals(configMap))
                .flatMap(map -> map.path("data").properties().stream())
                .forEach(e -> data.put(e.getKey(), e.getValue().asText()));
        return data;
    }
}
