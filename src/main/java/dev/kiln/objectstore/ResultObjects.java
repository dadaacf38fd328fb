package dev.kiln.objectstore;

import dev.kiln.job.Artifact;
import dev.kiln.job.Artifacts;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Lease;
import dev.kiln.job.StoredObject;
import dev.kiln.lifecycle.Stopping;
import dev.kiln.store.ObjectLedger;
import dev.kiln.store.StoreUnavailable;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings what of a result is too large for a row into the object store, before the row is written.
 * A verdict never waits for that store for long, and is never lost with it: what it does not take
 * stays in the row, which is made for it.
 */
@ApplicationScoped
public class ResultObjects {
    private static final Logger LOG = Logger.getLogger(ResultObjects.class);
    private static final int BEFORE_THE_DRAIN = 2000;

    private final ObjectStore store;
    private final ObjectLedger ledger;
    private final ObjectStoreConfig config;
    private volatile long restingUntil = System.nanoTime();
    private volatile boolean away;
    private volatile boolean ending;

    ResultObjects(ObjectStore store, ObjectLedger ledger, ObjectStoreConfig config) {
        this.store = store;
        this.ledger = ledger;
        this.config = config;
    }

    /**
     * Puts the large streams and artifacts of a result into the store.
     *
     * @return the result that refers to them; or as it was given, when nothing of it is large, or
     *     the store took not all of it
     * @throws StoreUnavailable when the same call may succeed later
     */
    public ExecutionResult put(Lease lease, ExecutionResult result) {
        if (!store.configured() || ending || restingUntil - System.nanoTime() > 0) {
            return result;
        }
        Map<String, byte[]> large = new LinkedHashMap<>();
        var referring = referring(lease, result, large);
        if (large.isEmpty()) {
            return result;
        }
        try {
            if (!ledger.announce(lease.job(), large.keySet(), config.leftOverAfter())) {
                return result;
            }
            putAll(large);
            succeeded();
            return referring;
        } catch (StoreUnavailable e) {
            throw e;
        } catch (RuntimeException e) {
            // Whatever is wrong with the store, or with its settings: the row takes the result.
            // What
            // was announced stays so for a while, since a put may still be under way.
            failed(e);
            return result;
        }
    }

    /** A process that ends waits for the database alone. */
    void stop(
            @Observes(notifyObserver = Reception.IF_EXISTS) @Priority(BEFORE_THE_DRAIN)
                    Stopping event) {
        ending = true;
    }

    /** All of them together in the time that one may take, or little more. */
    private void putAll(Map<String, byte[]> large) {
        long until = System.nanoTime() + config.patience().toNanos();
        for (var object : large.entrySet()) {
            if (until - System.nanoTime() < 0) {
                throw new ObjectStoreUnavailable(
                        "it is too slow for %d objects".formatted(large.size()));
            }
            store.put(object.getKey(), object.getValue());
        }
    }

    /** Says that a result which refers to objects was not written, and will not be. */
    public void giveUp(ExecutionResult referring) {
        var keys = referring.objectKeys();
        if (keys.isEmpty()) {
            return;
        }
        try {
            ledger.giveUp(keys);
        } catch (StoreUnavailable e) {
            LOG.debug("objects that no result refers to are removed later", e);
        }
    }

    /** The result as it will refer to objects; what is to be put into them is added to the map. */
    private ExecutionResult referring(
            Lease lease, ExecutionResult result, Map<String, byte[]> large) {
        // Two holders of a job have two epochs, so that neither writes what the other one refers
        // to.
        String folder = "%sjobs/%s/%d/".formatted(config.prefix(), lease.job(), lease.epoch());
        CapturedStream stdout = stream(folder + "stdout", result.stdout(), large);
        CapturedStream stderr = stream(folder + "stderr", result.stderr(), large);
        List<Artifact> files = new ArrayList<>();
        for (Artifact file : result.artifacts().files()) {
            files.add(artifact(folder + "artifact-" + files.size(), file, large));
        }
        var artifacts = result.artifacts();
        return result.with(
                stdout,
                stderr,
                new Artifacts(files, artifacts.omitted(), artifacts.omittedCount()));
    }

    private CapturedStream stream(String key, CapturedStream stream, Map<String, byte[]> large) {
        if (!isLarge(stream.kept())) {
            return stream;
        }
        large.put(key, stream.kept());
        return stream.in(new StoredObject(key, stream.kept().length, sha256(stream.kept())));
    }

    /** Its path, which a program chose, is no part of the key. */
    private Artifact artifact(String key, Artifact file, Map<String, byte[]> large) {
        byte @Nullable [] content = file.content();
        if (content == null || !isLarge(content)) {
            return file;
        }
        large.put(key, content);
        return file.in(key);
    }

    private boolean isLarge(byte[] bytes) {
        return bytes.length > config.over().asLongValue();
    }

    /** One line when it goes away, and one when it is back. */
    private void failed(RuntimeException e) {
        restingUntil = System.nanoTime() + config.rest().toNanos();
        if (!away) {
            away = true;
            LOG.warnf(
                    "objectStore=%s outcome=unavailable, large output is kept in the database: %s",
                    config.bucket().orElse("none"), e);
        }
    }

    private void succeeded() {
        if (away) {
            away = false;
            LOG.infof("objectStore=%s outcome=recovered", config.bucket().orElse("none"));
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
