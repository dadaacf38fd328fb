package dev.kiln.objectstore;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Looks at start whether the object store does what Kiln needs of it. */
@ApplicationScoped
public class ObjectStoreCheck {
    private final ObjectStoreConfig config;

    ObjectStoreCheck(ObjectStoreConfig config) {
        this.config = config;
    }

    /**
     * Puts, gets and deletes where Kiln will; one sentence with the remedy when that fails. Asks
     * nobody where no object store is configured.
     *
     * @throws IllegalArgumentException for settings that contradict each other; it begins with one
     */
    public Optional<String> refusal() {
        Optional<String> bucket = config.bucket();
        if (bucket.isEmpty()) {
            if (config.endpoint().isPresent() || config.accessKey().isPresent()) {
                throw new IllegalArgumentException(
                        "kiln.object-store.bucket is missing, without which the other kiln.object-store settings do nothing");
            }
            return Optional.empty();
        }
        if (config.over().asLongValue() < 0) {
            throw new IllegalArgumentException("kiln.object-store.over must be >= 0");
        }
        try (var s3 = new S3(config, bucket.get(), Credentials.of(config))) {
            // The same for all processes, which may do this at once: so it is put and got, and
            // another one deleted, which need not be there.
            s3.put(config.prefix() + "probe", new byte[0]);
            s3.get(config.prefix() + "probe", "").abort();
            s3.delete(config.prefix() + "probe-to-delete");
            return Optional.empty();
        } catch (SdkException e) {
            return Optional.of(sentence(e, bucket.get()));
        }
    }

    private String sentence(SdkException e, String bucket) {
        String store = config.endpoint().map(URI::toString).orElse("AWS, " + config.region());
        int status = e instanceof S3Exception answer ? answer.statusCode() : 0;
        return switch (status) {
            case 404 ->
                    "The object store at %s has no bucket %s (%s): create it, or correct kiln.object-store.bucket."
                            .formatted(store, bucket, S3.said(e));
            case 401, 403 ->
                    "The object store at %s refuses the key %s (%s): correct kiln.object-store.access-key and its secret, or allow it to put, get and delete objects of the bucket %s."
                            .formatted(
                                    store, config.accessKey().orElse("none"), S3.said(e), bucket);
            default ->
                    "The object store at %s cannot be used (%s): start it, or correct kiln.object-store.endpoint."
                            .formatted(store, S3.said(e));
        };
    }
}
