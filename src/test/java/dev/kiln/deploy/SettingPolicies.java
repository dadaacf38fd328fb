package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.containers;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the processes are told, and what nobody writes into a manifest. */
final class SettingPolicies {
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(password|passwd|secret|token|jaas|credential|(^|[_.-])key).*");

    /** A path is none, whatever it leads to. */
    private static final Pattern SECRET_PLACE = Pattern.compile("(?i).*(file|location|name)$");

    private static final Pattern SECRET_IN_URL =
            Pattern.compile("(?i).*(://[^/@\\s]*:[^/@\\s]*@|[?&]password=).*");

    private final KnownSettings settings;

    SettingPolicies(KnownSettings settings) {
        this.settings = settings;
    }

    List<Policy> all() {
        return List.of(
                new Policy("every setting is one that Kiln reads", this::unknown),
                new Policy("each Deployment plays the one role of its name", this::roles),
                new Policy("only the migration changes tables", this::schema),
                new Policy("there is no secret in the manifests", this::secrets));
    }

    private Stream<String> unknown(Manifests manifests) {
        return variables(manifests)
                .filter(v -> settings.isUnknown(v.name()))
                .map(v -> told(v.workload()) + " sets " + v.name());
    }

    private Stream<String> roles(Manifests manifests) {
        return manifests.of("Deployment").stream()
                .filter(w -> !Manifests.component(w).equals(last(manifests, w).get("KILN_ROLES")))
                .map(Manifests::told);
    }

    private Stream<String> schema(Manifests manifests) {
        return manifests.workloads().stream()
                .filter(
                        w ->
                                !last(manifests, w)
                                        .getOrDefault("KILN_SCHEMA_AT_START", "migrate")
                                        .equals(
                                                Manifests.component(w).equals("migrate")
                                                        ? "only"
                                                        : "expect"))
                .map(Manifests::told);
    }

    private static Map<String, String> last(Manifests manifests, JsonNode workload) {
        return Environment.of(manifests, containers(workload).getLast());
    }

    private Stream<String> secrets(Manifests manifests) {
        var objects = manifests.of("Secret").stream().map(Manifests::told);
        var literals =
                variables(manifests)
                        .filter(v -> !v.value().isEmpty())
                        .filter(
                                v ->
                                        SECRET_IN_URL.matcher(v.value()).matches()
                                                || (SECRET_NAME.matcher(v.name()).matches()
                                                        && !SECRET_PLACE
                                                                .matcher(v.name())
                                                                .matches()))
                        .map(v -> told(v.workload()) + " shows " + v.name());
        return Stream.concat(objects, literals);
    }

    private record Variable(JsonNode workload, String name, String value) {}

    private static Stream<Variable> variables(Manifests manifests) {
        var inPods =
                manifests.workloads().stream()
                        .flatMap(
                                w ->
                                        containers(w).stream()
                                                .flatMap(
                                                        c ->
                                                                Environment.of(manifests, c)
                                                                        .entrySet()
                                                                        .stream())
                                                .map(
                                                        e ->
                                                                new Variable(
                                                                        w,
                                                                        e.getKey(),
                                                                        e.getValue())));
        var ready =
                manifests.of("ConfigMap").stream()
                        .flatMap(
                                map ->
                                        map.path("data").properties().stream()
                                                .map(
                                                        e ->
                                                                new Variable(
                                                                        map,
                                                                        e.getKey(),
                                                                        e.getValue().asText())));
        return Stream.concat(inPods, ready);
    }
}
