package dev.kiln.webhook;

import java.util.HashMap;
import java.util.Map;

/** The attempts that this process is making, in all and by host. Safe for use by many threads. */
final class InFlight {
    private final int most;
    private final Map<String, Integer> byHost = new HashMap<>();
    private int all;

    InFlight(int most) {
        this.most = most;
    }

    synchronized int free() {
        return most - all;
    }

    synchronized Map<String, Integer> byHost() {
        return Map.copyOf(byHost);
    }

    synchronized void begin(String host) {
        all++;
        byHost.merge(host, 1, Integer::sum);
    }

    synchronized void end(String host) {
        all--;
        byHost.computeIfPresent(host, (_, n) -> n == 1 ? null : n - 1);
    }
}
