package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.SubmissionStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keeps the promises of {@link SubmissionStore#insert} in memory, down to all-or-nothing. */
final class MemoryStore implements Admission.Insert {
    final Map<JobId, Submission> jobs = new HashMap<>();
    final List<Integer> transactions = new ArrayList<>();
    final Set<JobId> poison = new HashSet<>();
    boolean reachable = true;

    @Override
    public Map<JobId, SubmissionStore.Outcome> insert(List<Submission> submissions) {
        if (!reachable) {
            throw new StoreUnavailable(new IllegalStateException("connection refused"));
        }
        if (submissions.stream().map(Submission::id).distinct().count() < submissions.size()) {
            throw new AssertionError("ids must be distinct");
        }
        if (submissions.stream().anyMatch(s -> poison.contains(s.id()))) {
            throw new IllegalStateException("invalid byte sequence");
        }
        transactions.add(submissions.size());
        var outcomes = new HashMap<JobId, SubmissionStore.Outcome>();
        for (Submission submission : submissions) {
            var job = jobs.putIfAbsent(submission.id(), submission);
            outcomes.put(submission.id(), outcome(job, submission));
        }
        return outcomes;
    }

    private static SubmissionStore.Outcome outcome(Submission job, Submission submission) {
        if (job == null) {
            return SubmissionStore.Outcome.ACCEPTED;
        }
        return Arrays.equals(job.bodyHash(), submission.bodyHash())
                ? SubmissionStore.Outcome.KNOWN
                : SubmissionStore.Outcome.CONFLICT;
    }
}
