package dev.kiln.chaos;

import dev.kiln.chaos.Invariant.Finding;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must hold of each job and of its attempts. */
final class JobInvariants {
    static final List<Invariant> ALL =
            List.of(
                    new Invariant(
                            "terminal",
                            "every accepted job came to an end, and there are no others",
                            JobInvariants::terminal),
                    new Invariant(
                            "verdict",
                            "each job ended as its program deserves",
                            JobInvariants::verdict),
                    new Invariant(
                            "abandoned",
                            "only jobs that earned it were given up",
                            JobInvariants::abandoned),
                    new Invariant(
                            "cancel",
                            "each job that was taken back ended as the answer to that said",
                            JobInvariants::cancel),
                    new Invariant(
                            "result",
                            "each finished job has its one result; given up or expired ones have none",
                            JobInvariants::result),
                    new Invariant(
                            "fencing",
                            "each result is that of the claim that ended its job",
                            JobInvariants::fencing),
                    new Invariant(
                            "epochs",
                            "epochs never went back, and no job came back from its end",
                            evidence ->
                                    new Finding(
                                            evidence.looks().number() + " looks",
                                            evidence.looks().violations())),
                    new Invariant(
                            "accounts",
                            "every claim ended its job or is a failed attempt in the history",
                            JobInvariants::accounts),
                    new Invariant(
                            "blame",
                            "no attempt was charged for what is not the job's or a dead worker's",
                            JobInvariants::blame),
                    new Invariant("leases", "no lease is held by the dead", JobInvariants::leases));

    private JobInvariants() {}

    private static Finding terminal(Evidence evidence) {
        Set<String> lost = new HashSet<>(evidence.accepted().keySet());
        evidence.jobs().forEach(job -> lost.remove(job.id()));
        var live = where(evidence, job -> !job.ended());
        var strangers = where(evidence, job -> !evidence.accepted().containsKey(job.id()));
        return new Finding(
                "%d accepted, %d ended"
                        .formatted(
                                evidence.accepted().size(), evidence.jobs().size() - live.size()),
                Stream.of(
                                lost.stream().map(id -> id + " is lost"),
                                live.stream(),
                                strangers.stream())
                        .flatMap(each -> each)
                        .toList());
    }

    private static Finding verdict(Evidence evidence) {
        return of(
                evidence,
                job -> {
                    Arrival arrival = evidence.accepted().get(job.id());
                    boolean takenBack =
                            arrival != null
                                    && arrival.isCancelled()
                                    && job.state().equals("CANCELLED");
                    return arrival != null
                            && job.ended()
                            && !takenBack
                            && !isAsDeserved(job, arrival.deserved());
                });
    }

    private static boolean isAsDeserved(JobFacts job, Deserved deserved) {
        if (!job.state().equals(deserved.state())) {
            return false;
        }
        JobFacts.Result result = job.result();
        return result == null
                ? deserved.termination() == null
                : result.termination().equals(deserved.termination())
                        && Objects.equals(result.exitCode(), deserved.exitCode())
                        && isAsDeserved(result, deserved.stdout());
    }

    private static boolean isAsDeserved(JobFacts.Result result, @Nullable String stdout) {
        return stdout == null
                || result.stdout()
                        .equals(
                                stdout.replace(
                                        ProgramKind.EPOCH, "epoch %d\n".formatted(result.epoch())));
    }

    private static Finding abandoned(Evidence evidence) {
        var abandoned =
                evidence.jobs().stream().filter(job -> job.state().equals("ABANDONED")).toList();
        return new Finding(
                abandoned.size() + " given up",
                abandoned.stream()
                        .filter(
                                job ->
                                        job.counted() != ClusterPlan.MAX_ATTEMPTS
                                                || !deservesToBeAbandoned(evidence, job))
                        .map(JobFacts::inShort)
                        .toList());
    }

    private static boolean deservesToBeAbandoned(Evidence evidence, JobFacts job) {
        Arrival arrival = evidence.accepted().get(job.id());
        return arrival != null && arrival.deserved().equals(Deserved.abandoned());
    }

    private static Finding cancel(Evidence evidence) {
        var answers = evidence.journal().cancels();
        return new Finding(
                "%d cancelled, %d answers by HTTP"
                        .formatted(
                                where(evidence, job -> job.state().equals("CANCELLED")).size(),
                                answers.size()),
                where(
                        evidence,
                        job -> {
                            Integer answer = answers.get(job.id());
                            return answer != null && !isAsAnswered(job.state(), answer);
                        }));
    }

    private static boolean isAsAnswered(String state, int answer) {
        return switch (answer) {
            case 200 -> state.equals("CANCELLED");
            // Its program may have ended just before it was stopped.
            case 202 -> state.equals("CANCELLED") || state.equals("FINISHED");
            case 409 -> !state.equals("CANCELLED");
            default -> false;
        };
    }

    private static Finding result(Evidence evidence) {
        return of(
                evidence,
                job ->
                        switch (job.state()) {
                            case "FINISHED" -> job.result() == null;
                            case "CANCELLED" ->
                                    job.result() != null
                                            && !job.result().termination().equals("cancelled");
                            default -> job.result() != null;
                        });
    }

    private static Finding fencing(Evidence evidence) {
        return of(
                evidence,
                job -> {
                    JobFacts.Result result = job.result();
                    return result != null && result.epoch() != job.epoch();
                });
    }

    private static Finding accounts(Evidence evidence) {
        return of(
                evidence,
                job -> {
                    int last = job.endedByAClaim() ? 1 : 0;
                    return job.ended()
                            && (job.epoch() != job.failed() + last
                                    || job.attempt() != job.counted() + last);
                });
    }

    private static Finding blame(Evidence evidence) {
        var counted = evidence.attempts().stream().filter(AttemptFacts::counted).toList();
        return new Finding(
                "%d failed attempts, %d of them charged"
                        .formatted(evidence.attempts().size(), counted.size()),
                counted.stream()
                        .filter(attempt -> !attempt.isExplained(evidence.journal()))
                        .map(AttemptFacts::toString)
                        .toList());
    }

    private static Finding leases(Evidence evidence) {
        return of(evidence, job -> job.owner() != null);
    }

    private static Finding of(Evidence evidence, Predicate<JobFacts> breaks) {
        return new Finding(evidence.jobs().size() + " jobs", where(evidence, breaks));
    }

    private static List<String> where(Evidence evidence, Predicate<JobFacts> breaks) {
        return evidence.jobs().stream().filter(breaks).map(JobFacts::inShort).toList();
    }
}
