package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.IDENTITY;

import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Programs that want to be somebody else, or to see what is not theirs. */
final class IdentityAttacks {
    private static final String NOBODY =
            """
            ids [1000]
            CapInh 0000000000000000
            CapPrm 0000000000000000
            CapEff 0000000000000000
            Seccomp 2
            no_new_privs 1
            """;
    private static final String REFUSED = "refused on every route";
    private static final int TO_ROOT = 14;
    private static final int NAMESPACES = 7 * 6 + 1;
    private static final int MOUNTS = 8 + 1 + 2 * 4 + 4 + 2 + 2 + 3 + 1;
    private static final int TO_RUNNER = 6 + 8 + 2 * 8 + 6;
    private static final int KERNEL_DOORS = 13 + 11 + 4;
    private static final int KEPT_SECONDS = 6;
    private static final int SEARCH_SECONDS = 3;

    private IdentityAttacks() {}

    static List<Attack> all() {
        return List.of(
                program(
                        IDENTITY,
                        "asks who it is",
                        "user 1000, no group, no capability, no way to more",
                        Attempt.of(IDENTITY, "who"),
                        Checks.exits(0).and(Checks.output("nobody", IdentityAttacks::isNobody))),
                routes("root", "becomes somebody else", TO_ROOT),
                routes("namespaces", "a namespace of its own or another's", NAMESPACES),
                routes("mounts", "mounts, devices, another root", MOUNTS),
                routes("runner", "every route to the runner", TO_RUNNER),
                routes("kernel", "what only an administrator may", KERNEL_DOORS),
                new Attack(
                        IDENTITY,
                        "asks whose kernel it runs on",
                        "gVisor's, not the host's",
                        1,
                        IdentityAttacks::kernel),
                new Attack(
                        IDENTITY,
                        "looks around",
                        "nothing of the host: names, paths, resolvers, devices",
                        1,
                        ground ->
                                new View(ground.host())
                                        .judge(ground.run(Attempt.of(IDENTITY, "view")))),
                new Attack(
                        IDENTITY,
                        "searches for another job's secret",
                        "not found in any file or process",
                        2,
                        IdentityAttacks::secret));
    }

    private static Attack routes(String script, String name, int routes) {
        return program(
                IDENTITY, name, REFUSED, Attempt.of(IDENTITY, script), Checks.refused(routes));
    }

    private static boolean isNobody(String output) {
        // CapAmb is not in the status file of every kernel; where it is, it is empty.
        return output.replace("CapAmb 0000000000000000\n", "").equals(NOBODY);
    }

    private static Outcome kernel(Ground ground) throws SandboxFault, RunReleased {
        return Checks.exits(0)
                .and(
                        Checks.output(
                                "its log names gVisor", text -> text.contains("Starting gVisor")))
                .judge(ground.run(Attempt.of(IDENTITY, "log")));
    }

    private static Outcome secret(Ground ground)
            throws SandboxFault, RunReleased, InterruptedException {
        String secret = "kiln-doctor-secret-" + UUID.randomUUID();
        var both =
                ground.runBoth(
                        Attempt.of(IDENTITY, "secret")
                                .args(KEPT_SECONDS, secret)
                                .stdin(Attempt.bytes(secret))
                                .env(Map.of("SECRET", secret)),
                        Attempt.of(IDENTITY, "searches").args(SEARCH_SECONDS));
        return Overlap.of(both, "kept", "searched")
                .and(
                        Checks.exits(0)
                                .and(
                                        Checks.output(
                                                "not found", text -> text.startsWith("found []\n")))
                                .judge(both.second()));
    }
}
