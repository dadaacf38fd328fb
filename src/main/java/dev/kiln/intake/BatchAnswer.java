package dev.kiln.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.JobId;
import dev.kiln.problem.Problem;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.WireJson;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What became of each document of a batch request, told in the order in which they came. */
final class BatchAnswer {
    /**
     * Bounds the answer to a batch of nonsense; the first errors of a line are enough to find it.
     */
    static final int ERRORS_PER_ENTRY = 3;

    private static final int ERRORS_IN_PROBLEM = 100;

    /** A job's id, and whether it was submitted before. */
    private record Taken(JobId id, boolean known) {}

    private final BatchBody format;
    private final SortedMap<Integer, Taken> jobs = new TreeMap<>();
    private final SortedMap<Integer, List<FieldError>> errors = new TreeMap<>();

    BatchAnswer(BatchBody format) {
        this.format = format;
    }

    void refuse(int position, List<FieldError> why) {
        errors.put(position, why);
    }

    void tell(int position, Admission.Outcome outcome) {
        switch (outcome) {
            case Admission.Outcome.Accepted(var id) -> jobs.put(position, new Taken(id, false));
            case Admission.Outcome.AlreadyKnown(var id) -> jobs.put(position, new Taken(id, true));
            case Admission.Outcome.Conflict _,
                    Admission.Outcome.UnknownContext _,
                    Admission.Outcome.Retired _,
                    Admission.Outcome.BatchClosed _,
                    Admission.Outcome.BatchSize _,
                    Admission.Outcome.Unstorable _ ->
                    refuse(position, List.of(Objects.requireNonNull(Refusals.why(outcome))));
        }
    }

    /** Whether any document is a job now. */
    boolean anyTaken() {
        return !jobs.isEmpty();
    }

    /**
     * The answer when some were taken.
     *
     * @param batch the batch that documents without one of their own are in; null when there are
     *     none
     */
    ObjectNode json(@Nullable String batch) {
        var json = WireJson.object();
        json.put("batch", batch);
        var taken = json.putArray("jobs");
        jobs.forEach(
                (position, job) ->
                        taken.addObject()
                                .put(format.position(), position)
                                .put("id", job.id().toString())
                                .put("known", job.known()));
        var refused = json.putArray("errors");
        errors.forEach(
                (position, list) -> {
                    var entry = refused.addObject().put(format.position(), position);
                    var fields = entry.putArray("errors");
                    list.stream()
                            .limit(ERRORS_PER_ENTRY)
                            .forEach(
                                    e ->
                                            fields.addObject()
                                                    .put("pointer", e.pointer())
                                                    .put("message", e.message()));
                });
        return json;
    }

    /** The answer's errors when none was taken. */
    List<Problem.FieldProblem> problems() {
        return errors.entrySet().stream()
                .flatMap(entry -> problems(entry.getKey(), entry.getValue()))
                .limit(ERRORS_IN_PROBLEM)
                .toList();
    }

    private Stream<Problem.FieldProblem> problems(int position, List<FieldError> list) {
        Integer line = format == BatchBody.LINES ? position : null;
        Integer index = format == BatchBody.ARRAY ? position : null;
        return list.stream()
                .limit(ERRORS_PER_ENTRY)
                .map(e -> new Problem.FieldProblem(e.pointer(), e.message(), line, index));
    }
}
