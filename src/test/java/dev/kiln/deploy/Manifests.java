package dev.kiln.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What kubectl makes of a folder below deploy/k8s.
 *
 * @param objects in the order in which they would be applied
 */
record Manifests(List<ObjectNode> objects) {
    private static final Path FOLDER = Path.of("deploy/k8s");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Set<String> WITH_PODS = Set.of("Deployment", "Job");

    /**
     * Renders a folder.
     *
     * @throws AssertionError when kubectl is not there or finds something wrong
     */
    static Manifests render(String folder) {
        return parse(kustomize(folder));
    }

    /** All folders that can be rendered by themselves: whatever is no component. */
    static List<String> folders() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.endsWith("kustomization.yaml"))
                    .map(file -> FOLDER.relativize(file.getParent()).toString())
                    .filter(folder -> !folder.startsWith("components"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kustomize(String folder) {
        Path provided = KilnHome.of(System.getenv()).root().resolve("tools/kubectl");
        String kubectl = Files.isExecutable(provided) ? provided.toString() : "kubectl";
        try {
            Path said = Files.createTempFile("kiln-kustomize", ".log");
            try {
                var process =
                        new ProcessBuilder(kubectl, "kustomize", FOLDER.resolve(folder).toString())
                                .redirectError(said.toFile())
                                .start();
                String rendered =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int status = process.waitFor();
                String warnings = Files.readString(said);
                if (status != 0 || !warnings.isEmpty()) {
                    throw new AssertionError(folder + " does not render: " + warnings);
                }
                return rendered;
            } finally {
                Files.delete(said);
            }
        } catch (IOException absent) {
            throw new AssertionError(
                    "kubectl cannot be run: deploy/host/setup kubectl provides it", absent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Reads documents of YAML. */
    static Manifests parse(String yaml) {
        try (var documents = YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(yaml)) {
            return new Manifests(documents.readAll());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The objects of these kinds. */
    List<ObjectNode> of(String... kinds) {
        var wanted = Set.of(kinds);
        return objects.stream().filter(o -> wanted.contains(kind(o))).toList();
    }

    /** What makes pods. */
    List<ObjectNode> workloads() {
        return of(WITH_PODS.toArray(String[]::new));
    }

    /** The one object of this kind and name, whatever hash its name ends with. */
    ObjectNode one(String kind, String name) {
        return of(kind).stream()
                .filter(o -> name(o).replaceFirst("-[a-z0-9]{10}$", "").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    boolean has(String kind, String namespace, String name) {
        return of(kind).stream()
                .anyMatch(o -> name(o).equals(name) && namespace(o).equals(namespace));
    }

    /** The same with a change to a copy of one object. */
    Manifests with(String kind, String name, Consumer<ObjectNode> change) {
        var changed = one(kind, name);
        var copy = changed.deepCopy();
        change.accept(copy);
        if (copy.equals(changed)) {
            throw new AssertionError("nothing was changed");
        }
        return new Manifests(objects.stream().map(o -> o == changed ? copy : o).toList());
    }

    Manifests without(Predicate<ObjectNode> gone) {
        var left = objects.stream().filter(gone.negate()).toList();
        if (left.size() == objects.size()) {
            throw new AssertionError("nothing was taken away");
        }
        return new Manifests(left);
    }

    Manifests plus(String yaml) {
        var all = new ArrayList<>(objects);
        all.addAll(parse(yaml).objects());
        return new Manifests(all);
    }

    static String kind(JsonNode object) {
        return object.at("/kind").asText();
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    /** That of a reference. */
    static String plainName(JsonNode reference) {
        return reference.path("name").asText();
    }

    static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asText();
    }

    /** How objects are told in what a policy says. */
    static String told(JsonNode object) {
        return kind(object) + " " + name(object);
    }

    static JsonNode podSpec(JsonNode workload) {
        return workload.at("/spec/template/spec");
    }

    static JsonNode podLabels(JsonNode workload) {
        return workload.at("/spec/template/metadata/labels");
    }

    /** Which part of Kiln the pods are. */
    static String component(JsonNode workload) {
        return podLabels(workload).path("app.kubernetes.io/component").asText();
    }

    static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** All containers of a workload's pods, sidecars first. */
    static List<JsonNode> containers(JsonNode workload) {
        var spec = podSpec(workload);
        return Stream.concat(each(spec.path("initContainers")), each(spec.path("containers")))
                .toList();
    }

    static boolean isPrivileged(JsonNode container) {
        return container.at("/securityContext/privileged").asBoolean();
    }

    /** Whether a selector of labels takes these. An empty one takes all. */
    static boolean selects(JsonNode selector, JsonNode labels) {
        boolean plain =
                selector.path("matchLabels").properties().stream()
                        .allMatch(e -> e.getValue().equals(labels.get(e.getKey())));
        return plain
                && each(selector.path("matchExpressions")).allMatch(e -> expression(e, labels));
    }

    private static boolean expression(JsonNode expression, JsonNode labels) {
        if (!expression.at("/operator").asText().equals("In")) {
            throw new AssertionError("an operator that the policies do not know: " + expression);
        }
        var value = labels.path(expression.at("/key").asText());
        return each(expression.at("/values")).anyMatch(value::equals);
    }
}
