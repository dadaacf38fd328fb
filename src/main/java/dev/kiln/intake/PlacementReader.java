package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Placement;
import dev.kiln.wire.FieldError;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where a job stands among others: whose it is, in which batch, how urgent, when. */
final class PlacementReader {
    static final String DEFAULT_TENANT = Placement.DEFAULT_TENANT;
    private static final int MAX_LABELS = 64;
    private static final int MAX_LABEL_VALUE = 256;
    static final String NAME_RULE = Placement.NAME_RULE;
    private static final Range<Long> PRIORITY =
            new Range<>(
                    "priority", (long) Placement.MIN_PRIORITY, 0L, (long) Placement.MAX_PRIORITY);

    private static final Range<Long> BATCH_SIZE =
            new Range<>("batch_size", 1L, 1L, (long) Placement.MAX_BATCH_SIZE);

    /**
     * RFC 3339; the parser behind it would also take years of more digits and leave out the
     * seconds.
     */
    private static final Pattern TIME =
            Pattern.compile(
                    "(19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})");

    /** Also with their offsets, so that every moment is one of these years wherever it is shown. */
    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private PlacementReader() {}

    static Placement read(Fields job) {
        String tenant = tenant(job);
        Instant runAt = time(job, "run_at");
        Instant deadline = time(job, "deadline");
        if (runAt != null && deadline != null && !deadline.isAfter(runAt)) {
            job.error("deadline", "must be after run_at: no job can start before both");
        }
        return new Placement(
                tenant,
                name(job, "batch"),
                Numbers.integer(job, "priority", PRIORITY),
                labels(job),
                runAt,
                deadline);
    }

    /** The tenant that the document names, or the one it means by naming none. */
    static String tenant(Fields document) {
        String tenant = name(document, "tenant");
        return tenant == null ? DEFAULT_TENANT : tenant;
    }

    /** The same for a part of the document; what is wrong with it is told with the placement. */
    static String tenantUnchecked(Fields document) {
        JsonNode tenant = document.get("tenant");
        return tenant != null && tenant.isTextual() && isName(tenant.textValue())
                ? tenant.textValue()
                : DEFAULT_TENANT;
    }

    /** Whether the text may name a tenant or a batch. */
    static boolean isName(String text) {
        return Placement.isName(text);
    }

    /** A field that names a tenant or a batch; null when absent, and after an error. */
    static @Nullable String name(Fields job, String field) {
        String name = job.text(field);
        if (name != null && !isName(name)) {
            job.error(field, NAME_RULE);
            return null;
        }
        return name;
    }

    /**
     * How many jobs the batch is to have; null when absent, and after an error.
     *
     * @param batch the batch that the job is in, whoever named it
     */
    static @Nullable Integer batchSize(Fields job, @Nullable String batch) {
        if (job.get("batch_size") == null) {
            return null;
        }
        int size = Numbers.integer(job, "batch_size", BATCH_SIZE);
        if (batch == null && job.get("batch") == null) {
            job.error("batch_size", "is the size of no batch: name it in \"batch\"");
        }
        return batch == null ? null : size;
    }

    private static Map<String, String> labels(Fields job) {
        JsonNode object = job.get("labels");
        if (object == null) {
            return Map.of();
        }
        Fields.of(object, job.pointer("labels"), job.errors());
        if (object.size() > MAX_LABELS) {
            job.error(
                    "labels",
                    "has %d labels, the limit is %d".formatted(object.size(), MAX_LABELS));
            return Map.of();
        }
        var labels = new LinkedHashMap<String, String>();
        for (var label : object.properties()) {
            String at = FieldError.child(job.pointer("labels"), label.getKey());
            if (isLabel(label.getKey(), label.getValue(), at, job.errors())) {
                labels.put(label.getKey(), label.getValue().textValue());
            }
        }
        return labels;
    }

    private static boolean isLabel(String name, JsonNode value, String at, Errors errors) {
        if (!isName(name)) {
            errors.add(at, "is no label: its name " + NAME_RULE);
            return false;
        }
        if (!value.isTextual()) {
            errors.add(at, "must be a string, is " + Fields.kind(value));
            return false;
        }
        String text = value.textValue();
        if (text.codePointCount(0, text.length()) > MAX_LABEL_VALUE
                || text.chars().anyMatch(Character::isISOControl)) {
            errors.add(
                    at,
                    "must be at most "
                            + MAX_LABEL_VALUE
                            + " characters, none of them a control character");
            return false;
        }
        return true;
    }

    private static @Nullable Instant time(Fields job, String field) {
        String text = job.text(field);
        if (text == null) {
            return null;
        }
        try {
            if (TIME.matcher(text).matches()) {
                Instant moment = OffsetDateTime.parse(text).toInstant();
                if (!moment.isBefore(EARLIEST) && !moment.isAfter(LATEST)) {
                    // As exact as the database keeps it, so that what is compared is what is
                    // stored.
                    return moment.truncatedTo(ChronoUnit.MICROS);
                }
            }
        } catch (DateTimeException noSuchDay) {
            // Told below, like every other text that is no moment.
        }
        job.error(
                field,
                "must be a moment with its offset (RFC 3339), 1970 to 9999 in UTC too, such as 2030-01-31T12:00:00Z");
        return null;
    }
}
