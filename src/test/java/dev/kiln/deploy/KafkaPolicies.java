package dev.kiln.deploy;

import static dev.kiln.deploy.Manifests.each;
import static dev.kiln.deploy.Manifests.name;
import static dev.kiln.deploy.Manifests.told;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The topics and who may do what with them. */
final class KafkaPolicies {
    private static final Set<String> TOPICS =
            Set.of("kiln.jobs", "kiln.completions", "kiln.rejected");
    private static final Duration LEAST = Duration.ofDays(7);

    /** Below {@code kiln.retention.remember-ids}. */
    private static final Duration MOST = Duration.ofDays(15);

    private static final Map<String, Set<String>> MAY =
            Map.of(
                    "kiln-intake",
                            Set.of(
                                    "topic kiln.jobs Read Describe DescribeConfigs",
                                    "group kiln-intake Read",
                                    "topic kiln.rejected Write Describe",
                                    "topic kiln.completions Describe"),
                    "kiln-relay",
                            Set.of(
                                    "topic kiln.completions Write Describe",
                                    "topic kiln.jobs Describe DescribeConfigs",
                                    "topic kiln.rejected Describe"),
                    "kiln-producer", Set.of("topic kiln.jobs Write Describe"),
                    "kiln-consumer",
                            Set.of(
                                    "topic kiln.completions Read Describe",
                                    "group kiln-consumer Read"),
                    "kiln-keda", Set.of("topic kiln.jobs Describe", "group kiln-intake Describe"));

    private KafkaPolicies() {}

    static List<Policy> all() {
        return List.of(
                new Policy("the topics are ours, all of them", KafkaPolicies::topics),
                new Policy("an acknowledged record outlives a broker", KafkaPolicies::durable),
                new Policy("a topic keeps records for long enough", KafkaPolicies::retention),
                new Policy("the age of submissions is the broker's word", KafkaPolicies::times),
                new Policy("users may do what they must, and no more", KafkaPolicies::rights));
    }

    private static Stream<String> topics(Manifests manifests) {
        var found =
                manifests.of("KafkaTopic").stream()
                        .map(t -> t.at("/spec/topicName").asText())
                        .collect(Collectors.toCollection(TreeSet::new));
        return found.isEmpty() || found.equals(new TreeSet<>(TOPICS))
                ? Stream.of()
                : Stream.of("the topics are " + found);
    }

    private static Stream<String> breaking(Manifests manifests, Predicate<JsonNode> holds) {
        return manifests.of("KafkaTopic").stream()
                .filter(t -> !holds.test(t.path("spec")))
                .map(Manifests::told);
    }

    private static Stream<String> durable(Manifests manifests) {
        return breaking(
                manifests,
                topic ->
                        topic.path("replicas").asInt() >= 3
                                && topic.at("/config/min.insync.replicas").asInt() == 2
                                && !topic.at("/config/unclean.leader.election.enable")
                                        .asBoolean(true));
    }

    private static Stream<String> retention(Manifests manifests) {
        return breaking(
                manifests,
                topic -> {
                    var kept = Duration.ofMillis(topic.at("/config/retention.ms").asLong());
                    return kept.compareTo(LEAST) >= 0 && kept.compareTo(MOST) <= 0;
                });
    }

    private static Stream<String> times(Manifests manifests) {
        return breaking(
                manifests,
                topic ->
                        !topic.path("topicName").asText().equals("kiln.jobs")
                                || topic.at("/config/message.timestamp.type")
                                        .asText()
                                        .equals("LogAppendTime"));
    }

    private static Stream<String> rights(Manifests manifests) {
        return manifests.of("KafkaUser").stream()
                .filter(u -> !rights(u).equals(MAY.get(name(u))))
                .map(u -> told(u) + " may " + rights(u));
    }

    private static Set<String> rights(JsonNode user) {
        return each(user.at("/spec/authorization/acls"))
                .map(
                        acl ->
                                acl.at("/resource/type").asText()
                                        + " "
                                        + acl.at("/resource/name").asText()
                                        + (acl.at("/resource/patternType")
                                                        .asText()
                                                        .equals("literal")
                                                ? " "
                                                : "* ")
                                        + each(acl.path("operations"))
                                                .map(JsonNode::asText)
                                                .collect(Collectors.joining(" ")))
                .collect(Collectors.toSet());
    }
}
