package dev.kiln.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Submission;
import dev.kiln.webhook.WebhookRules;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.Printable;
import dev.kiln.wire.WireJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads submitted documents, the same for both doors; schemas/submission.schema.json describes
 * them. Nothing that is wrong is repaired, clamped or ignored: a document is the job that its
 * author meant, or it is refused with everything that is wrong with it. Safe for use by many
 * threads.
 */
@Singleton
public class SubmissionReader {
    /** Fields of the format. */
    private static final List<String> KNOWN =
            List.of(
                    "id",
                    "language",
                    "code",
                    "stdin",
                    "args",
                    "env",
                    "files",
                    "context",
                    "artifacts",
                    "sandbox",
                    "tenant",
                    "batch",
                    "batch_size",
                    "priority",
                    "labels",
                    "run_at",
                    "deadline",
                    "ttl",
                    "webhook");

    private static final List<String> SANDBOX =
            Stream.concat(LimitsReader.KNOWN.stream(), NeedsReader.KNOWN.stream()).toList();
    private static final Map<String, String> ELSEWHERE =
            Stream.concat(
                            SANDBOX.stream()
                                    .map(name -> Map.entry(name, "it belongs into \"sandbox\"")),
                            Stream.of(
                                    Map.entry(
                                            "cancel",
                                            "over HTTP a job is cancelled by DELETE /v1/jobs/ID")))
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final IntakeConfig config;
    private final StrictJson json;
    private final InputReader inputs;
    private final LimitsReader limits;
    private final NeedsReader needs;
    private final ArtifactsReader artifacts;
    private final AftercareReader aftercare;

    /**
     * One for a place without webhooks.
     *
     * @throws IllegalArgumentException when the policy contradicts itself
     */
    public SubmissionReader(PolicyConfig policy, IntakeConfig config, LanguagesConfig languages) {
        this(policy, config, languages, WebhookRules.none());
    }

    @Inject
    SubmissionReader(
            PolicyConfig policy,
            IntakeConfig config,
            LanguagesConfig languages,
            WebhookRules webhooks) {
        this.config = config;
        this.json =
                new StrictJson(
                        Math.max(
                                config.httpMaxDocumentBytes().bytes(),
                                config.topicMaxDocumentBytes().bytes()));
        this.inputs = new InputReader(policy, Map.copyOf(languages.runtimes()));
        this.limits = new LimitsReader(policy);
        this.needs = new NeedsReader(policy, languages);
        this.artifacts = new ArtifactsReader(policy);
        this.aftercare = new AftercareReader(policy, webhooks);
    }

    /** Reads one document. No content of it, whatever it is, makes this throw. */
    public Reading read(byte[] document, Origin origin) {
        var errors = new Errors();
        return read(parse(document, origin, errors), origin, errors);
    }

    /**
     * Reads what {@link #parse} gave.
     *
     * @param root the document; null when it was none, for reasons that are in {@code errors}
     */
    Reading read(@Nullable ObjectNode root, Origin origin, Errors errors) {
        if (root == null) {
            return new Reading.Refused(keyOf(origin), errors.list());
        }
        LoneSurrogates.find(root, "", errors);
        OwnTenant.apply(origin, root, errors);
        var job = Fields.of(root, "", errors);
        job.refuseUnknown(KNOWN, ELSEWHERE);
        JobId given = givenId(job, "id", origin);
        JobId id = given == null && origin instanceof Origin.Http http ? http.fresh() : given;
        JobSpec spec = spec(job, origin);
        // A missing id is among the errors; asking again spares the compiler and the reader a
        // proof.
        if (spec == null || id == null) {
            return new Reading.Refused(given, errors.list());
        }
        return new Reading.Accepted(new Submission(id, spec, BodyHash.of(root)));
    }

    /** What a job may use whose document does not say. */
    public Limits defaultLimits() {
        return limits.read(null, "", new Errors());
    }

    /** What today's policy has against what a job was once allowed; empty when it has nothing. */
    List<FieldError> objections(Limits asked, Needs needed) {
        var sandbox =
                WireJson.object()
                        .put("timeout", BigDecimal.valueOf(asked.wall().toMillis(), 3))
                        .put("memory_limit", asked.memoryBytes())
                        .put("cpu_limit", BigDecimal.valueOf(asked.cpus()))
                        .put("pids_limit", asked.pids())
                        .put("output_limit", asked.outputBytes())
                        .put("disk_limit", asked.diskBytes())
                        .put("image", needed.image())
                        .put("network_enabled", needed.network());
        var errors = new Errors();
        limits.read(sandbox, "/sandbox", errors);
        needs.read(sandbox, "/sandbox", errors);
        return errors.list();
    }

    /** The document's object; null when there is none, with the reason added to {@code errors}. */
    @Nullable ObjectNode parse(byte[] document, Origin origin, Errors errors) {
        ByteSize max =
                switch (origin) {
                    case Origin.Http _ -> config.httpMaxDocumentBytes();
                    case Origin.Topic _ -> config.topicMaxDocumentBytes();
                };
        if (document.length > max.bytes()) {
            errors.add(
                    "",
                    "the document has %d bytes, the limit is %s".formatted(document.length, max));
            return null;
        }
        return json.read(document, errors);
    }

    /**
     * The id that the producer gave in this field or as the record's key, if it did and said so
     * without contradiction.
     */
    static @Nullable JobId givenId(Fields job, String field, Origin origin) {
        String text = job.text(field);
        JobId own = text == null ? null : uuid(text);
        if (text != null && own == null) {
            job.error(field, "must be a UUID in its form of 36 characters");
        }
        return switch (origin) {
            case Origin.Http _ -> own;
            case Origin.Topic(String key, _) -> {
                JobId keyed = key == null ? null : uuid(key);
                if (job.get(field) == null) {
                    if (keyed == null) {
                        job.error(field, "is missing: give a UUID here or as the record's key");
                    }
                    yield keyed;
                }
                if (own != null && key != null && !own.equals(keyed)) {
                    job.error(field, "differs from the record's key " + Printable.quote(key));
                    yield null;
                }
                yield own;
            }
        };
    }

    private static @Nullable JobId keyOf(Origin origin) {
        return origin instanceof Origin.Topic(String key, _) && key != null ? uuid(key) : null;
    }

    private static @Nullable JobId uuid(String text) {
        try {
            return JobId.parse(text);
        } catch (IllegalArgumentException noUuid) {
            return null;
        }
    }

    /** What to run; null after any error in the document. */
    private @Nullable JobSpec spec(Fields job, Origin origin) {
        var input = inputs.read(job);
        var args = InvocationReader.args(job);
        var env = InvocationReader.env(job);
        var sandbox = job.get("sandbox");
        String at = job.pointer("sandbox");
        var bounds = limits.read(sandbox, at, job.errors());
        var needed = needs.read(sandbox, at, job.errors());
        if (sandbox != null && sandbox.isObject()) {
            Fields.of(sandbox, at, job.errors()).refuseUnknown(SANDBOX, Map.of());
        }
        var kept = artifacts.read(job);
        var place = PlacementReader.read(job);
        var afterwards = aftercare.read(job);
        String batch = batch(job, place.batch(), origin);
        Integer batchSize = PlacementReader.batchSize(job, batch);
        if (!job.errors().isEmpty()) {
            return null;
        }
        return new JobSpec(
                new Program(
                        input.language(),
                        input.code(),
                        input.stdin(),
                        args,
                        env,
                        input.files(),
                        needed,
                        input.context(),
                        kept),
                bounds,
                place.in(batch, batchSize),
                afterwards);
    }

    private static @Nullable String batch(Fields job, @Nullable String own, Origin origin) {
        if (!(origin instanceof Origin.Http http) || http.batch() == null) {
            return own;
        }
        var outer = http.batch();
        if (own != null && outer.chosen() && !own.equals(outer.name())) {
            job.error("batch", "differs from the request's batch " + Printable.quote(outer.name()));
        }
        return own != null ? own : outer.name();
    }
}
