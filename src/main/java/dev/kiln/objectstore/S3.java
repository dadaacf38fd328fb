package dev.kiln.objectstore;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The S3 API, as far as Kiln speaks it: put, get, delete. Failures are the client's own. */
final class S3 implements AutoCloseable {
    private static final String BYTES = "application/octet-stream";

    /** A store that takes no connection, or sends nothing, for so long is away. */
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final String bucket;
    private final S3Client client;

    /** Connects to nothing yet. */
    S3(ObjectStoreConfig config, String bucket, Credentials credentials) {
        this.bucket = bucket;
        var builder =
                S3Client.builder()
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(CONNECT)
                                        .socketTimeout(SILENCE))
                        .region(Region.of(config.region()))
                        .forcePathStyle(config.pathStyle())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                credentials.key(), credentials.secret())))
                        // Others than AWS do not all know the newer checksums; we check our own.
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .overrideConfiguration(
                                o ->
                                        o.apiCallTimeout(config.patience())
                                                .retryStrategy(RetryMode.STANDARD)
                                                // What lies in the home folder is not ours.
                                                .defaultProfileFile(
                                                        ProfileFile.aggregator().build()));
        config.endpoint().ifPresent(builder::endpointOverride);
        this.client = builder.build();
    }

    /** Puts an object; the bytes are sent from where they are. */
    void put(String key, byte[] bytes) {
        client.putObject(
                request -> request.bucket(bucket).key(key).contentType(BYTES),
                RequestBody.fromContentProvider(
                        () -> new ByteArrayInputStream(bytes), bytes.length, BYTES));
    }

    /**
     * Opens an object; the caller closes it, or aborts it before its end.
     *
     * @param range as the header Range says it; empty for the whole object
     */
    ResponseInputStream<GetObjectResponse> get(String key, String range) {
        return client.getObject(
                request -> request.bucket(bucket).key(key).range(range.isEmpty() ? null : range));
    }

    /** Deletes an object; harmless when there is none. */
    void delete(String key) {
        client.deleteObject(request -> request.bucket(bucket).key(key));
    }

    /** What the store said, or why it said nothing: no secret and nothing of a body. */
    static String said(SdkException e) {
        if (e instanceof AwsServiceException answer && answer.awsErrorDetails() != null) {
            return "%s, status %d"
                    .formatted(answer.awsErrorDetails().errorCode(), answer.statusCode());
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    @Override
    public void close() {
        client.close();
    }
}
