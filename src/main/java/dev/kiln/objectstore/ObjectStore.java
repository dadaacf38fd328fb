package dev.kiln.objectstore;

import dev.kiln.job.StoredObject;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The site's object store. Its client is made when it is first needed, so that a site without one
 * pays nothing for it.
 */
@ApplicationScoped
public class ObjectStore {
    private final ObjectStoreConfig config;
    private @Nullable S3 client;

    ObjectStore(ObjectStoreConfig config) {
        this.config = config;
    }

    /** Whether the site has one. */
    public boolean configured() {
        return config.bucket().isPresent();
    }

    /**
     * Puts an object.
     *
     * @param bytes not copied
     * @throws ObjectStoreUnavailable when nobody knows whether it was put
     */
    void put(String key, byte[] bytes) {
        try {
            client().put(key, bytes);
        } catch (SdkException e) {
            throw unavailable(e);
        }
    }

    /**
     * Opens some of an object's bytes. That the object has the length that it should have is known
     * then; the whole of it is also compared with its hash, while it is read.
     *
     * @param from the first byte's place, from 0
     * @param length how many, 1 or more; together within the object
     * @throws ObjectStoreUnavailable when the same call may succeed later
     * @throws ObjectDamaged when the object is not there, or has another length
     */
    public StoredBytes open(StoredObject object, long from, long length) {
        boolean whole = from == 0 && length == object.bytes();
        String range = whole ? "" : "bytes=%d-%d".formatted(from, from + length - 1);
        try {
            var in = client().get(object.key(), range);
            if (!fits(in.response(), object, whole, length)) {
                in.abort();
                throw new ObjectDamaged(
                        "the object %s has not the %d bytes that were put there"
                                .formatted(object.key(), object.bytes()));
            }
            return new StoredBytes(in, in::abort, object, length);
        } catch (NoSuchBucketException e) {
            throw unavailable(e);
        } catch (S3Exception e) {
            throw switch (e.statusCode()) {
                case 404 -> new ObjectDamaged("the object " + object.key() + " is not there");
                case 416 -> new ObjectDamaged("the object " + object.key() + " is too short");
                default -> unavailable(e);
            };
        } catch (SdkException e) {
            throw unavailable(e);
        }
    }

    /**
     * A store that knows no ranges answers with the whole object. One that does not say how much it
     * sends is seen by what it sends.
     */
    private static boolean fits(
            GetObjectResponse answer, StoredObject object, boolean whole, long length) {
        Long said = answer.contentLength();
        return (said == null || said == length)
                && (whole || String.valueOf(answer.contentRange()).endsWith("/" + object.bytes()));
    }

    /**
     * Removes an object; harmless when it is not there.
     *
     * @throws ObjectStoreUnavailable when the same call may succeed later
     */
    void delete(String key) {
        try {
            client().delete(key);
        } catch (SdkException e) {
            throw unavailable(e);
        }
    }

    private static ObjectStoreUnavailable unavailable(SdkException e) {
        return new ObjectStoreUnavailable(S3.said(e), e);
    }

    /** One for all threads. */
    private synchronized S3 client() {
        if (client == null) {
            Optional<String> bucket = config.bucket();
            if (bucket.isEmpty()) {
                throw new ObjectStoreUnavailable("kiln.object-store.bucket is not set");
            }
            client = new S3(config, bucket.get(), Credentials.of(config));
        }
        return client;
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        if (client != null) {
            client.close();
        }
    }
}
