package dev.kiln.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.testing.MetricsDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster would be given, without a cluster: rendered, of the right form, and kept safe. */
class KubernetesIT {
    private static final String SITE = "overlays/site-gvisor";
    private static final String WORKERS = "overlays/workers-privileged";
    private static final Map<String, Manifests> RENDERED = new ConcurrentHashMap<>();

    private static Manifests rendered(String folder) {
        return RENDERED.computeIfAbsent(folder, Manifests::render);
    }

    static Stream<String> folders() {
        return Manifests.folders().stream();
    }

    /** Once for all tests: the settings are looked for in all classes. */
    private static final class AllPolicies {
        static final Map<String, Policy> BY_NAME = read();
    }

    static Map<String, Policy> policies() {
        return AllPolicies.BY_NAME;
    }

    private static Map<String, Policy> read() {
        return Stream.of(
                        PodPolicies.all(),
                        new RunPolicies(version()).all(),
                        NetworkPolicies.all(),
                        new SettingPolicies(KnownSettings.ofTheApplication()).all(),
                        new ReferencePolicies(documentedSecrets()).all(),
                        new ScalePolicies(MetricsDocument.read().types().keySet(), partitions())
                                .all(),
                        KafkaPolicies.all())
                .flatMap(List::stream)
                .collect(Collectors.toMap(Policy::name, p -> p, (_, two) -> two, TreeMap::new));
    }

    private static int partitions() {
        return rendered("kafka").of("KafkaTopic").stream()
                .filter(t -> t.at("/spec/topicName").asText().equals("kiln.jobs"))
                .mapToInt(t -> t.at("/spec/partitions").asInt())
                .sum();
    }

    private static String version() {
        return first(Path.of("pom.xml"), "<version>([^<-]+)(?:-SNAPSHOT)?</version>");
    }

    static String first(Path file, String pattern) {
        var found = Pattern.compile(pattern).matcher(text(file));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The table of Secrets in docs/KUBERNETES.md. */
    private static Map<String, Set<String>> documentedSecrets() {
        String page = text(Path.of("docs/KUBERNETES.md"));
        String section = page.substring(page.indexOf("## Secrets"));
        Map<String, Set<String>> secrets = new TreeMap<>();
        Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([^|]+) \\|")
                .matcher(section)
                .results()
                .forEach(
                        row ->
                                secrets.put(
                                        row.group(1),
                                        Pattern.compile("`([^`]+)`")
                                                .matcher(row.group(2))
                                                .results()
                                                .map(key -> key.group(1))
                                                .collect(Collectors.toSet())));
        return secrets;
    }

    @Test
    void there_are_the_folders_that_the_documentation_names() {
        assertThat(folders())
                .containsExactlyInAnyOrder(
                        "base",
                        "kafka",
                        "workers",
                        "overlays/site",
                        SITE,
                        WORKERS,
                        "overlays/workers-privileged-prometheus");
        String page = text(Path.of("docs/KUBERNETES.md"));
        assertThat(folders()).allSatisfy(f -> assertThat(page).contains("`" + f + "`"));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void every_object_has_only_fields_that_there_are(String folder) {
        var objects = rendered(folder).objects();
        assertThat(objects).isNotEmpty();
        assertThat(objects).flatMap(StrictModel::objections).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void every_policy_is_kept(String folder) {
        var policies = policies();
        assertThat(policies).hasSizeGreaterThan(25);
        assertThat(policies.values())
                .allSatisfy(policy -> assertThat(policy.check(rendered(folder))).isEmpty());
    }

    /** Misspelt, of another type, or of another version of the API. */
    static Stream<Arguments> malformed() {
        return Stream.of(
                wrong("Deployment", "kiln-api", o -> spec(o).put("terminationGracePeriod", 60)),
                wrong("Deployment", "kiln-api", o -> container(o).put("imagePullpolicy", "Always")),
                wrong("Deployment", "kiln-api", o -> at(o, "/spec").put("replicas", "many")),
                wrong("Deployment", "kiln-api", o -> o.put("apiVersion", "apps/v1beta2")),
                wrong("NetworkPolicy", "clients", o -> at(o, "/spec").putArray("ingres")),
                wrong("Job", "kiln-migrate", o -> at(o, "/spec").put("ttlSeconds", 1)),
                wrong("ScaledObject", "kiln-intake", o -> at(o, "/spec").put("minReplicas", 1)),
                wrong("PodMonitor", "kiln", o -> at(o, "/spec").putArray("endpoints")),
                Arguments.of("kafka", "KafkaTopic", "kiln.jobs", field("/spec", "partition")),
                Arguments.of("kafka", "KafkaUser", "kiln-relay", field("/spec", "acls")));
    }

    private static Arguments wrong(String kind, String name, Change change) {
        return Arguments.of(SITE, kind, name, change);
    }

    private static Change field(String place, String name) {
        return o -> at(o, place).putArray(name);
    }

    /** What is done to an object. */
    interface Change extends java.util.function.Consumer<ObjectNode> {}

    @ParameterizedTest(name = "{1} {2}")
    @MethodSource
    void malformed(String folder, String kind, String name, Change change) {
        var changed = rendered(folder).with(kind, name, change);
        assertThat(changed.objects()).flatMap(StrictModel::objections).hasSize(1);
    }

    /** For each policy what breaks it, and nothing but what it is for. */
    static Stream<Arguments> breaches() {
        return Breaches.all().map(b -> Arguments.of(b.policy(), b));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void breaches(String policy, Breaches.Breach breach) {
        assertThat(policies()).containsKey(policy);
        assertThat(policies().get(policy).check(breach.of(rendered(breach.folder()))))
                .as(policy)
                .isNotEmpty();
    }

    @Test
    void every_policy_has_been_seen_to_refuse_something() {
        assertThat(Breaches.all().map(Breaches.Breach::policy).collect(Collectors.toSet()))
                .isEqualTo(policies().keySet());
    }

    static ObjectNode at(JsonNode object, String place) {
        return (ObjectNode) object.at(place);
    }

    static ObjectNode spec(JsonNode workload) {
        return at(workload, "/spec/template/spec");
    }

    static ObjectNode container(JsonNode workload) {
        return at(workload, "/spec/template/spec/containers/0");
    }

    static ArrayNode list(JsonNode object, String place) {
        return (ArrayNode) object.at(place);
    }
}
