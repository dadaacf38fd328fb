package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.NETWORK;

import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Programs that look for a network. */
final class NetworkAttacks {
    private static final String NOTHING = "refused on every route";
    private static final int ADDRESSES = 13;
    private static final int NAMES = 4;
    private static final int RAW = 9;
    private static final int LOOPBACK_ROUTES = 6;
    private static final int LISTENING_SECONDS = 6;
    private static final int VISITING_SECONDS = 3;

    private NetworkAttacks() {}

    static List<Attack> all() {
        return List.of(
                program(
                        NETWORK,
                        "TCP and UDP to internet, private and metadata addresses",
                        NOTHING,
                        Attempt.of(NETWORK, "outside"),
                        Checks.refused(2 * ADDRESSES)),
                program(NETWORK, "DNS", NOTHING, Attempt.of(NETWORK, "dns"), Checks.refused(NAMES)),
                program(
                        NETWORK,
                        "raw sockets, packets, devices",
                        NOTHING,
                        Attempt.of(NETWORK, "raw"),
                        Checks.refused(RAW)),
                new Attack(
                        NETWORK,
                        "every address of this host, gateways too",
                        "refused, and no listener here is reached",
                        1,
                        NetworkAttacks::host),
                new Attack(
                        NETWORK,
                        "a neighbour on loopback",
                        "unreachable, for both",
                        2,
                        NetworkAttacks::neighbour));
    }

    private static Outcome host(Ground ground) throws SandboxFault, RunReleased {
        List<String> addresses = ground.host().addresses();
        try (var bait = Bait.open()) {
            var arguments =
                    new java.util.ArrayList<Object>(List.of(bait.tcpPort(), bait.udpPort()));
            arguments.addAll(addresses);
            Outcome inside =
                    Checks.refused(2 * addresses.size())
                            .judge(
                                    ground.run(
                                            Attempt.of(NETWORK, "host").args(arguments.toArray())));
            return inside.and(bait.taken());
        }
    }

    private static Outcome neighbour(Ground ground)
            throws SandboxFault, RunReleased, InterruptedException {
        int port = ThreadLocalRandom.current().nextInt(20_000, 60_000);
        var both =
                ground.runBoth(
                        Attempt.of(NETWORK, "listens").args(port, LISTENING_SECONDS),
                        Attempt.of(NETWORK, "visits").args(port, VISITING_SECONDS));
        return Overlap.of(both, "listened", "visited")
                .and(Checks.refused(LOOPBACK_ROUTES).judge(both.second()))
                .and(
                        Checks.output("no visit", text -> text.endsWith("visits 0\n"))
                                .judge(both.first()));
    }
}
