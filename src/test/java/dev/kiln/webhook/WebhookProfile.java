package dev.kiln.webhook;

import dev.kiln.testing.StoreProfile;
import java.util.HashMap;
import java.util.Map;

/** Kiln that takes jobs and posts their events, to this host too; the tests run the jobs. */
public class WebhookProfile extends StoreProfile {
    static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final String NEXT_SECRET = "AAAA".repeat(8);
    static final int PER_HOST = 2;

    @Override
    public Map<String, String> getConfigOverrides() {
        var config = new HashMap<>(super.getConfigOverrides());
        config.put("kiln.roles", "api,relay");
        config.put("kiln.webhooks.secrets.default", "whsec_" + SECRET);
        config.put("kiln.webhooks.secrets.acme", "whsec_" + SECRET + ",whsec_" + NEXT_SECRET);
        config.put("kiln.webhooks.allow-private", "true");
        config.put("kiln.webhooks.allow-http", "true");
        config.put("kiln.webhooks.schedule", "100ms,100ms");
        config.put("kiln.webhooks.timeout", "1s");
        config.put("kiln.webhooks.lease", "2s");
        config.put("kiln.webhooks.per-host", String.valueOf(PER_HOST));
        config.put("kiln.webhooks.poll", "50ms");
        return config;
    }
}
