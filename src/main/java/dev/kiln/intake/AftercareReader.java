package dev.kiln.intake;

import dev.kiln.job.Aftercare;
import dev.kiln.webhook.WebhookRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what is to be done about a job after its end. */
final class AftercareReader {
    private static final String WEBHOOK = "webhook";
    private static final String URL = "url";

    private final Range<Long> ttl;
    private final WebhookRules webhooks;

    /**
     * @throws IllegalArgumentException when the policy contradicts itself or allows what is no time
     *     to live
     */
    AftercareReader(PolicyConfig policy, WebhookRules webhooks) {
        this.webhooks = webhooks;
        ttl =
                new Range<>(
                        "kiln.policy.ttl (in seconds)",
                        policy.ttlMin().toSeconds(),
                        policy.ttlDefault().toSeconds(),
                        policy.ttlMax().toSeconds());
        // Not below one second nor beyond what the table holds; what is between them is in order.
        aftercare(ttl.min(), null);
        aftercare(ttl.max(), null);
    }

    Aftercare read(Fields job) {
        return aftercare(Numbers.integer(job, "ttl", ttl), webhook(job));
    }

    private @Nullable String webhook(Fields job) {
        var object = job.get(WEBHOOK);
        if (object == null) {
            return null;
        }
        var tenant = PlacementReader.tenantUnchecked(job);
        webhooks.refusal(tenant).ifPresent(why -> job.error(WEBHOOK, why));
        var fields = Fields.of(object, job.pointer(WEBHOOK), job.errors());
        if (!object.isObject()) {
            return null;
        }
        fields.refuseUnknown(List.of(URL), Map.of());
        String url = fields.text(URL);
        if (fields.get(URL) == null) {
            fields.error(URL, "is missing: give the URL to which the completion event is posted");
        } else if (url != null) {
            webhooks.refusalOf(url).ifPresent(why -> fields.error(URL, why));
        }
        return url;
    }

    private static Aftercare aftercare(long seconds, @Nullable String webhook) {
        return new Aftercare(Duration.ofSeconds(seconds), webhook);
    }
}
