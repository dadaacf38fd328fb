package dev.kiln.poll;

import dev.kiln.job.Placement;
import dev.kiln.job.Termination;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.JobQuery;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a list of jobs is asked for: the parameters of the query, each checked, none ignored.
 *
 * @param most jobs on the page
 */
public record ListRequest(JobQuery query, int most) {
    static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 200;

    private static final List<String> STATES =
            List.of("QUEUED", "RUNNING", "FINISHED", "CANCELLED", "ABANDONED", "EXPIRED");
    private static final List<String> CAUSES =
            Arrays.stream(Termination.values()).map(Termination::wireName).toList();
    private static final List<String> KNOWN =
            List.of(
                    "state",
                    "cause",
                    "tenant",
                    "batch",
                    "language",
                    "since",
                    "until",
                    "label",
                    "limit",
                    "after");

    private static final Pattern LABEL =
            Pattern.compile("([A-Za-z0-9._:-]{1,128})=(\\P{Cntrl}{0,256})");
    private static final Pattern LIMIT = Pattern.compile("[0-9]{1,9}");
    private static final int MAX_LABELS = 64;

    /**
     * Reads the query.
     *
     * @param parameters the values of each
     * @throws ProblemException when one is unknown, is there twice or has a value that it cannot
     */
    public static ListRequest read(Map<String, List<String>> parameters) {
        for (String name : parameters.keySet()) {
            if (!KNOWN.contains(name)) {
                throw refused("parameters are not all known: give some of " + list(KNOWN));
            }
        }
        var query =
                new JobQuery(
                        one(parameters, "state", oneOf("state", STATES)),
                        one(parameters, "cause", oneOf("cause", CAUSES)),
                        one(parameters, "tenant", name("tenant")),
                        one(parameters, "batch", name("batch")),
                        one(parameters, "language", name("language")),
                        one(parameters, "since", moment("since")),
                        one(parameters, "until", moment("until")),
                        labels(parameters.getOrDefault("label", List.of())),
                        one(parameters, "after", ListRequest::cursor));
        if (query.since() != null
                && query.until() != null
                && !query.until().isAfter(query.since())) {
            throw refused("until must be after its since: no job was submitted between them");
        }
        Integer limit = one(parameters, "limit", ListRequest::limit);
        return new ListRequest(query, limit == null ? DEFAULT_LIMIT : limit);
    }

    private static <T> @Nullable T one(
            Map<String, List<String>> parameters, String name, Function<String, T> read) {
        var values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw refused(name + " is there more than once: give it once");
        }
        return values.isEmpty() ? null : read.apply(values.getFirst());
    }

    private static Function<String, String> oneOf(String parameter, List<String> values) {
        return text -> {
            if (!values.contains(text)) {
                throw refused("%s must be one of %s".formatted(parameter, list(values)));
            }
            return text;
        };
    }

    private static Function<String, String> name(String parameter) {
        return text -> {
            if (!Placement.isName(text)) {
                throw refused(parameter + " " + Placement.NAME_RULE);
            }
            return text;
        };
    }

    private static Function<String, Instant> moment(String parameter) {
        return text -> {
            try {
                var moment = OffsetDateTime.parse(text).toInstant();
                requireWritten(moment);
                return moment;
            } catch (DateTimeException noMoment) {
                throw refused(
                        parameter
                                + " must be a moment with its offset (RFC 3339), such as 2030-01-31T12:00:00Z; a + is written %2B");
            }
        };
    }

    /**
     * Refuses what has no year of four digits.
     *
     * @throws DateTimeException for such moments
     */
    static void requireWritten(Instant moment) {
        int year = moment.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1 || year > 9999) {
            throw new DateTimeException("no year of four digits: " + year);
        }
    }

    private static Map<String, String> labels(List<String> texts) {
        var labels = new HashMap<String, String>();
        for (String text : texts) {
            var label = LABEL.matcher(text);
            if (!label.matches()) {
                throw refused(
                        "label must be NAME=VALUE, as jobs have them, such as label=team%3Dred; repeat it for more");
            }
            String before = labels.putIfAbsent(label.group(1), label.group(2));
            if (before != null && !before.equals(label.group(2))) {
                throw refused("label asks for two values of one name: give one");
            }
        }
        if (labels.size() > MAX_LABELS) {
            throw refused("label is there too often: a job has at most " + MAX_LABELS);
        }
        return labels;
    }

    private static JobQuery.Place cursor(String text) {
        try {
            return ListCursor.parse(text);
        } catch (IllegalArgumentException other) {
            throw refused("after must be the next of an earlier answer, unchanged");
        }
    }

    private static int limit(String text) {
        int limit = LIMIT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw refused("limit must be a whole number from 1 to " + MAX_LIMIT);
        }
        return limit;
    }

    private static String list(List<String> values) {
        return String.join(", ", values);
    }

    private static ProblemException refused(String what) {
        return new ProblemException(ProblemType.INVALID_REQUEST, "the query's " + what);
    }
}
