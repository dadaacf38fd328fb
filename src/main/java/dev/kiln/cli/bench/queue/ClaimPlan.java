package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the database did for one claim.
 *
 * @param nodes all nodes of the plan, each before those that it reads from
 */
record ClaimPlan(List<JsonNode> nodes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of an {@code explain (analyze, buffers, format json)}. */
    static ClaimPlan of(String json) throws JsonProcessingException {
        List<JsonNode> nodes = new ArrayList<>();
        collect(JSON.readTree(json).at("/0/Plan"), nodes);
        return new ClaimPlan(nodes);
    }

    private static void collect(JsonNode node, List<JsonNode> into) {
        into.add(node);
        node.path("Plans").forEach(child -> collect(child, into));
    }

    /** Pages of 8 KiB that were found in the database's memory. */
    long hit() {
        return nodes.getFirst().path("Shared Hit Blocks").asLong();
    }

    /** Pages that had to be read. */
    long read() {
        return nodes.getFirst().path("Shared Read Blocks").asLong();
    }

    /** All pages that were looked at; one that was looked at twice counts twice. */
    long buffers() {
        return hit() + read();
    }

    /** The most rows that were sorted at once. */
    long sorted() {
        return most("Sort");
    }

    /** Jobs that were locked: more than the claim takes would be kept from others. */
    long locked() {
        return most("LockRows");
    }

    private long most(String type) {
        return nodes.stream()
                .filter(node -> node.path("Node Type").asText().equals(type))
                .mapToLong(node -> node.path("Actual Rows").asLong())
                .max()
                .orElse(0);
    }

    /** How tables were read, such as {@code Index Scan job_ready}; each way once. */
    Set<String> scans() {
        Set<String> scans = new LinkedHashSet<>();
        for (JsonNode node : nodes) {
            String type = node.path("Node Type").asText();
            if (node.has("Index Name")) {
                scans.add(type + " " + node.path("Index Name").asText());
            } else if (type.equals("Seq Scan")) {
                scans.add(type + " " + node.path("Relation Name").asText());
            }
        }
        return scans;
    }
}
