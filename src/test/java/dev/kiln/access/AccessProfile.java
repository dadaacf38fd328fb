package dev.kiln.access;

import dev.kiln.embedded.FreePort;
import dev.kiln.testing.Servers;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.TestIssuer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Both doors of a Kiln that asks for keys; nothing runs by itself. */
public class AccessProfile extends StoreProfile {
    static final String OPERATOR =
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @Override
    public Map<String, String> getConfigOverrides() {
        var config = new HashMap<>(super.getConfigOverrides());
        config.put("kiln.roles", "api,intake");
        config.put("kiln.access.mode", "keys");
        config.put("kiln.access.key-memory", "1s");
        config.put("kiln.quota.tenants.small.queued", "2");
        config.put("kiln.quota.tenants.hasty.requests-per-second", "1");
        config.put("kiln.quota.tenants.hasty.burst", "3");
        config.put("mp.messaging.incoming.jobs.group.id", "access");
        // Of an issuer that is not there unless a test opens it.
        config.put(
                "kiln.access.oidc.issuer",
                "http://127.0.0.1:%d/realms/test".formatted(FreePort.pick()));
        config.put("kiln.access.oidc.audience", TestIssuer.AUDIENCE);
        config.put("kiln.access.oidc.roles-claim", "/realm_access/roles");
        config.put("kiln.access.oidc.all-tenants", "*");
        config.put("kiln.access.oidc.fetch-pause", "100ms");
        return config;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Servers.class), new TestResourceEntry(OwnParts.class));
    }

    /** The first key's file, and a topic of one tenant's. */
    public static final class OwnParts implements QuarkusTestResourceLifecycleManager {
        private Path file;

        @Override
        public Map<String, String> start() {
            String topic = "kiln.jobs.acme-" + UUID.randomUUID();
            try (var admin =
                    Admin.create(Map.of("bootstrap.servers", Servers.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
                file =
                        Files.createTempFile(
                                "admin",
                                ".key",
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------")));
                Files.writeString(file, OPERATOR + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (Exception e) {
                throw new IllegalStateException("the broker did not make the topic", e);
            }
            return Map.of(
                    "kiln.access.admin-key-file",
                    file.toString(),
                    "kiln.http.allowed-hosts",
                    "kiln.example",
                    "kiln.intake.topics.tenants.acme",
                    topic);
        }

        @Override
        public void stop() {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
