package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.ARTIFACTS;

import dev.kiln.job.Artifact;
import dev.kiln.job.Artifacts;
import dev.kiln.job.Omission;
import dev.kiln.job.Omission.Reason;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Programs that leave behind what must not come out, and one that wants to change its context. */
final class ArtifactAttacks {
    private static final int ROUTES_TO_CONTEXT = 15;
    private static final Set<String> PRINTABLE =
            Set.of("out/" + "x".repeat(255), "out/..a", "out/-rf", "out/a b;c");

    private ArtifactAttacks() {}

    static List<Attack> all() {
        return List.of(
                program(
                        ARTIFACTS,
                        "links to what is not its own",
                        "none of them is followed",
                        Attempt.of(ARTIFACTS, "links").artifacts("out/**", "etc/passwd"),
                        Checks.exits(0)
                                .and(Checks.prints(""))
                                .and(
                                        kept(
                                                "its own file alone",
                                                kept ->
                                                        names(kept).equals(Set.of("out/own"))
                                                                && omitted(kept, Reason.LINK)
                                                                        >= 9))),
                program(
                        ARTIFACTS,
                        "a FIFO, a socket, daemons that go on",
                        "nothing is waited for, and nothing changes any more",
                        Attempt.of(ARTIFACTS, "waits").artifacts("out/*"),
                        Checks.exits(0)
                                .and(
                                        kept(
                                                "its own file at most",
                                                kept ->
                                                        Set.of("out/own", "out/moved")
                                                                        .containsAll(names(kept))
                                                                && kept.files().stream()
                                                                        .allMatch(
                                                                                ArtifactAttacks
                                                                                        ::isOwn)
                                                                && omitted(kept, Reason.SPECIAL)
                                                                        == 2
                                                                && omitted(kept, Reason.UNREADABLE)
                                                                        == 1))),
                program(
                        ARTIFACTS,
                        "thousands of files, ten gigabytes, forty folders",
                        "no more than the caps allow comes out",
                        Attempt.of(ARTIFACTS, "floods").artifacts("out/**"),
                        Checks.exits(0)
                                .and(
                                        kept(
                                                "as many as may be",
                                                kept ->
                                                        kept.files().size() == Attempt.FILES
                                                                && kept.omittedCount() > 4000
                                                                && omitted(kept, Reason.TOO_LARGE)
                                                                        >= 1))),
                program(
                        ARTIFACTS,
                        "names that are none, reports forged in files",
                        "they come out as bytes, or not at all",
                        Attempt.of(ARTIFACTS, "names").artifacts("out/*"),
                        Checks.exits(0)
                                .and(
                                        kept(
                                                "those with plain names",
                                                kept ->
                                                        names(kept).equals(PRINTABLE)
                                                                && omitted(kept, Reason.NAME) == 5
                                                                && kept.files().stream()
                                                                        .allMatch(
                                                                                a ->
                                                                                        a.bytes()
                                                                                                        % 1000
                                                                                                == 0)))),
                program(
                        ARTIFACTS,
                        "changes its context",
                        "every way is refused",
                        Attempt.of(ARTIFACTS, "context").context("as it was"),
                        Checks.refused(ROUTES_TO_CONTEXT)));
    }

    private static Check kept(String what, Predicate<Artifacts> asItShould) {
        return result ->
                Checks.outcome(
                        asItShould.test(result.artifacts()),
                        what,
                        "%d kept, %d left out: %s"
                                .formatted(
                                        result.artifacts().files().size(),
                                        result.artifacts().omittedCount(),
                                        result.artifacts().omitted().stream()
                                                .map(o -> o.reason().wireName())
                                                .distinct()
                                                .collect(Collectors.joining(", "))));
    }

    private static boolean isOwn(Artifact file) {
        byte[] content = file.content();
        if (content != null) {
            for (byte each : content) {
                if (each != 'x') {
                    return false;
                }
            }
        }
        return content != null;
    }

    private static Set<String> names(Artifacts kept) {
        return kept.files().stream().map(Artifact::path).collect(Collectors.toSet());
    }

    private static long omitted(Artifacts kept, Reason reason) {
        return kept.omitted().stream().map(Omission::reason).filter(reason::equals).count();
    }
}
