package dev.kiln.chaos;

import dev.kiln.chaos.Arrival.Door;
import dev.kiln.chaos.Invariant.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold of what others see: topics, answers, the host. */
final class OutsideInvariants {
    static final List<Invariant> ALL =
            List.of(
                    new Invariant(
                            "events",
                            "each ended job has its event, under one id and with its state",
                            OutsideInvariants::events),
                    new Invariant(
                            "outbox",
                            "no event was left unsent",
                            evidence ->
                                    new Finding(
                                            evidence.unsent() + " unsent",
                                            evidence.unsent() == 0
                                                    ? List.of()
                                                    : List.of(evidence.unsent() + " events"))),
                    new Invariant(
                            "conflicts",
                            "every conflicting record was refused, and nothing else",
                            OutsideInvariants::conflicts),
                    new Invariant(
                            "surprises",
                            "doors and processes did nothing that no fault explains",
                            evidence ->
                                    new Finding(
                                            evidence.journal().faults().size() + " faults",
                                            evidence.journal().surprises())),
                    new Invariant(
                            "clean",
                            "no container and no file of a worker is left",
                            evidence -> new Finding("3 homes", evidence.left())));

    private OutsideInvariants() {}

    private static Finding events(Evidence evidence) {
        List<String> offenders = new ArrayList<>();
        int events = 0;
        for (JobFacts job : evidence.jobs()) {
            var own = evidence.events().getOrDefault(job.id(), List.of());
            events += own.size();
            var expected = Set.of(new Evidence.Event(job.id() + "/" + job.epoch(), job.state()));
            if (job.ended() && !Set.copyOf(own).equals(expected)) {
                offenders.add("%s, but its events: %s".formatted(job.inShort(), own));
            }
            if (!job.ended() && !own.isEmpty()) {
                offenders.add("%s, but has events: %s".formatted(job.inShort(), own));
            }
        }
        Set<String> known = evidence.jobs().stream().map(JobFacts::id).collect(Collectors.toSet());
        evidence.events().keySet().stream()
                .filter(id -> !known.contains(id))
                .forEach(id -> offenders.add("an event of no job: " + id));
        return new Finding(events + " events", offenders);
    }

    private static Finding conflicts(Evidence evidence) {
        Set<String> refused =
                evidence.refused().stream().map(Topic.Entry::key).collect(Collectors.toSet());
        Set<String> expected =
                evidence.accepted().values().stream()
                        .filter(arrival -> arrival.conflictsBy(Door.TOPIC))
                        .map(Arrival::id)
                        .collect(Collectors.toSet());
        List<String> offenders = new ArrayList<>();
        expected.stream()
                .filter(id -> !refused.contains(id))
                .forEach(id -> offenders.add("a conflict with " + id + " was not refused"));
        refused.stream()
                .filter(id -> !expected.contains(id))
                .forEach(id -> offenders.add("a record under " + id + " was refused"));
        return new Finding(expected.size() + " conflicting records", offenders);
    }
}
