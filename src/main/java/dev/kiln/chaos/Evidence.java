package dev.kiln.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that can be known when the run is over.
 *
 * @param accepted what Kiln promised to bring to an end
 * @param jobs what the tables hold
 * @param unsent events that are still in the outbox
 * @param events of the completion topic, by the id of the job
 * @param refused documents on the rejected topic
 * @param left containers and files of the workers, in words
 * @param looks what was seen in between
 */
record Evidence(
        Map<String, Arrival> accepted,
        List<JobFacts> jobs,
        List<AttemptFacts> attempts,
        int unsent,
        Map<String, List<Event>> events,
        List<Topic.Entry> refused,
        List<String> left,
        Looks looks,
        Journal journal) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What an observer saw.
     *
     * @param number how often it looked
     * @param violations what it must not have seen
     */
    record Looks(int number, List<String> violations) {}

    /** A completion event. */
    record Event(String id, String state) {}

    /** Gathers it from a cluster whose Kiln processes have ended. */
    static Evidence of(Cluster cluster, Map<String, Arrival> accepted, Looks looks, Journal journal)
            throws SQLException {
        String brokers = cluster.backends().bootstrapServers();
        try (var connection = cluster.backends().access().dataSource().getConnection();
                var statement = connection.createStatement();
                var unsent = statement.executeQuery("select count(*) from outbox")) {
            unsent.next();
            return new Evidence(
                    accepted,
                    JobFacts.all(connection),
                    AttemptFacts.all(connection),
                    unsent.getInt(1),
                    events(Topic.read(brokers, "kiln.completions")),
                    Topic.read(brokers, "kiln.rejected"),
                    left(cluster),
                    looks,
                    journal);
        }
    }

    private static Map<String, List<Event>> events(List<Topic.Entry> entries) {
        Map<String, List<Event>> events = new HashMap<>();
        for (Topic.Entry entry : entries) {
            JsonNode event = parse(entry.value());
            events.computeIfAbsent(entry.key(), _ -> new ArrayList<>())
                    .add(
                            new Event(
                                    event.path("id").asText(),
                                    event.path("data").path("state").asText()));
        }
        return events;
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event that is no JSON: " + text, e);
        }
    }

    private static List<String> left(Cluster cluster) {
        List<String> left = new ArrayList<>();
        for (Worker worker : cluster.workers()) {
            worker.containers()
                    .all()
                    .forEach(
                            each ->
                                    left.add(
                                            "%s: container %s"
                                                    .formatted(worker.node().name(), each)));
            worker.home()
                    .left()
                    .forEach(each -> left.add("%s: %s".formatted(worker.node().name(), each)));
        }
        return left;
    }
}
