package dev.kiln.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.store.ListedWorker;
import dev.kiln.wire.WireJson;
import java.util.Collection;
import java.util.List;

/** The document that lists the workers; every member is there for every worker. */
final class WorkerDocument {
    private WorkerDocument() {}

    static ObjectNode of(List<ListedWorker> workers) {
        var json = WireJson.object();
        var list = json.putArray("workers");
        workers.forEach(worker -> list.add(of(worker)));
        return json;
    }

    private static ObjectNode of(ListedWorker worker) {
        var entry = worker.entry();
        var can = entry.capabilities();
        var json = WireJson.object();
        json.put("id", entry.id());
        put(json, "roles", entry.roles());
        json.put("live", worker.live());
        json.put("cordoned", worker.cordoned());
        json.put("trouble", entry.trouble());
        json.put("slots", entry.slots());
        json.put("busy", worker.busy());
        json.put("warm", entry.warm());
        put(json, "languages", can.languages());
        var lacking = json.putObject("lacking");
        entry.lacking().forEach(lacking::put);
        put(json, "images", can.images());
        json.put("network", can.network());
        json.put("cpus", can.cpus());
        json.put("memory_bytes", can.memoryBytes());
        json.putObject("runtime")
                .put("name", entry.isolation().runtime())
                .put("version", entry.isolation().version())
                .put("platform", entry.isolation().platform());
        json.put("started_at", WireJson.time(worker.startedAt()));
        json.put("heartbeat_age_ms", worker.silent().toMillis());
        return json;
    }

    private static void put(ObjectNode json, String member, Collection<String> texts) {
        var array = json.putArray(member);
        texts.stream().sorted().forEach(array::add);
    }
}
