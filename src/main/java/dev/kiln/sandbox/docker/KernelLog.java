package dev.kiln.sandbox.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * What the host's kernel wrote about a container that is gone: the one witness that outlives its
 * cgroup. Asked only when a sandbox ended without a report; a host where the log cannot be read has
 * no witness.
 */
final class KernelLog {
    /**
     * What the log says of one container.
     *
     * @param memoryLimit the kernel killed in it because it had met its own memory limit
     * @param hostMemory the kernel killed in it because the whole host was out of memory
     * @param pidsLimit a fork was refused because it had met the limit of its pids cgroup
     */
    record Facts(boolean memoryLimit, boolean hostMemory, boolean pidsLimit) {
        static final Facts NONE = new Facts(false, false, false);
    }

    private static final Logger LOG = Logger.getLogger(KernelLog.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private KernelLog() {}

    /**
     * Reads the log for a container's id (64 hexadecimal digits, so that no other text can be
     * meant).
     */
    static Facts about(String containerId) throws InterruptedException {
        try {
            var dmesg =
                    new ProcessBuilder("dmesg")
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            dmesg.getOutputStream().close();
            try (var out = dmesg.getInputStream()) {
                Facts facts =
                        in(new String(out.readAllBytes(), StandardCharsets.UTF_8), containerId);
                return dmesg.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS) ? facts : Facts.NONE;
            } finally {
                dmesg.destroyForcibly();
            }
        } catch (IOException unreadable) {
            LOG.debugf("kernel log cannot be read: %s", unreadable.getMessage());
            return Facts.NONE;
        }
    }

    /** Finds the container's lines in a log. */
    static Facts in(String log, String containerId) {
        boolean memoryLimit = false;
        boolean hostMemory = false;
        boolean pidsLimit = false;
        for (String line : log.split("\n", -1)) {
            String lower = line.toLowerCase(Locale.ROOT);
            boolean ownLimit = value(lower, "oom_memcg=").contains(containerId);
            memoryLimit |= ownLimit;
            // A victim of somebody else's shortage: the host's, or that of a cgroup around all
            // sandboxes.
            hostMemory |= !ownLimit && value(lower, "task_memcg=").contains(containerId);
            pidsLimit |=
                    lower.contains("fork rejected by pids controller")
                            && lower.contains(containerId);
        }
        return new Facts(memoryLimit, hostMemory, pidsLimit);
    }

    /** What follows the key up to the next comma; empty where the key is missing. */
    private static String value(String line, String key) {
        int at = line.indexOf(key);
        if (at < 0) {
            return "";
        }
        int end = line.indexOf(',', at);
        return line.substring(at, end < 0 ? line.length() : end);
    }
}
