package dev.kiln.doctor;

import static dev.kiln.doctor.AttackClass.NETWORK;

import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Programs that have a network and look for what is not the internet. None asks the internet. */
final class FirewallAttacks {
    private static final String WITH_NETWORK = "with network: ";
    private static final String NOTHING = "refused on every route";
    private static final int PRIVATE = 48;
    private static final int DISGUISED = 14;
    private static final int RAW = 8;
    private static final int WAITING_SECONDS = 8;
    private static final int SEARCHING_SECONDS = 4;

    private FirewallAttacks() {}

    static List<Attack> all() {
        var own =
                Stream.of(
                        attack(
                                "private, shared, link-local and metadata addresses",
                                ground -> refused(ground, "private", PRIVATE)),
                        attack(
                                "the same in other spellings, IPv6, multicast, broadcast",
                                ground -> refused(ground, "disguised", DISGUISED)),
                        attack(
                                "raw sockets, packets, devices",
                                ground -> refused(ground, "raw_networked", RAW)),
                        attack("every address of this host, gateways too", FirewallAttacks::host),
                        new Attack(
                                NETWORK,
                                WITH_NETWORK + "a neighbour at its own address",
                                "not reached, and nobody came",
                                2,
                                ground -> neighbour(ground.networked())));
        // A network must not make anything else weaker.
        var others = IdentityAttacks.all().stream().map(FirewallAttacks::withNetwork);
        return Stream.concat(own, others).toList();
    }

    private static Attack attack(String name, Attack.Action action) {
        return withNetwork(new Attack(NETWORK, name, NOTHING, 1, action));
    }

    private static Attack withNetwork(Attack attack) {
        return new Attack(
                attack.kind(),
                WITH_NETWORK + attack.name(),
                attack.guarantee(),
                attack.jobs(),
                ground -> attack.action().carryOut(ground.networked()));
    }

    private static Outcome refused(Ground ground, String script, int routes)
            throws SandboxFault, RunReleased {
        return Checks.refused(routes).judge(ground.run(Attempt.of(NETWORK, script)));
    }

    private static Outcome host(Ground ground) throws SandboxFault, RunReleased {
        List<String> addresses = ground.host().addresses();
        try (var bait = Bait.open()) {
            var arguments = new ArrayList<Object>(List.of(bait.tcpPort(), bait.udpPort()));
            arguments.addAll(addresses);
            return Checks.refused(2 * addresses.size())
                    .judge(ground.run(Attempt.of(NETWORK, "host").args(arguments.toArray())))
                    .and(bait.taken());
        }
    }

    private static Outcome neighbour(Ground ground)
            throws SandboxFault, RunReleased, InterruptedException {
        int port = ThreadLocalRandom.current().nextInt(20_000, 60_000);
        var both =
                ground.runBoth(
                        Attempt.of(NETWORK, "waits").args(port, WAITING_SECONDS),
                        Attempt.of(NETWORK, "searches").args(port, SEARCHING_SECONDS));
        return Overlap.of(both, "listened", "visited")
                .and(Checks.refused(1).judge(both.second()))
                .and(
                        Checks.output("no visit", text -> text.endsWith("visits 0\n"))
                                .judge(both.first()));
    }
}
