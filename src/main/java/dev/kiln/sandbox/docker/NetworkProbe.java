package dev.kiln.sandbox.docker;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Program;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Has two of our own programs look at the network from where jobs would be: one waits for
 * neighbours, the other tries to reach it, this host, and addresses of private networks.
 */
final class NetworkProbe {
    /** How often, when the two did not run at the same time on a busy host. */
    private static final int ATTEMPTS = 3;

    private static final String REMEDY =
            " Run ./kiln setup network as root, which puts the firewall in front of it.";

    private final NetworkGate.Way way;
    private final NetworkGate.Scout scout;

    NetworkProbe(NetworkGate.Way way, NetworkGate.Scout scout) {
        this.way = way;
        this.scout = scout;
    }

    /**
     * Probes; takes some seconds. Says what was seen.
     *
     * @throws SandboxFault with scope {@code NEEDS} when anything but the internet can be reached,
     *     or that could not be found out; with {@code HOST} when nothing runs here at all
     */
    String probe() throws SandboxFault, InterruptedException {
        NetworkLook look;
        int attempts = 0;
        do {
            look = look();
            attempts++;
        } while (!look.together() && attempts < ATTEMPTS);
        var open = look.open();
        if (!open.isEmpty()) {
            throw refused(
                    "from its network a job can reach " + String.join("; ", open) + "." + REMEDY);
        }
        if (!look.complete()) {
            throw refused("the firewall could not be probed: " + look.complaint());
        }
        return look.closed()
                + " routes to this host, to private networks and to a neighbour are closed";
    }

    private static SandboxFault refused(String why) {
        return new SandboxFault(SandboxFault.Scope.NEEDS, "No job gets a network here: " + why);
    }

    private NetworkLook look() throws SandboxFault, InterruptedException {
        // On all addresses of this host, for a visitor who must not come.
        try (var bait = ServerSocketChannel.open()) {
            bait.bind(new InetSocketAddress(0)).configureBlocking(false);
            int port = bait.socket().getLocalPort();
            int meeting = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            var stop = new StopSignal();
            var waits =
                    new FutureTask<>(
                            () -> scout.run(way, program("neighbour.py", List.of(meeting)), stop));
            Thread.ofVirtual().name("kiln-network-probe").start(waits);
            ExecutionResult visitor;
            try {
                visitor = scout.run(way, visitor(port, meeting), new StopSignal());
            } finally {
                stop.raise(StopSignal.Reason.CANCELLED);
            }
            var neighbour = waits.get();
            try (var visit = bait.accept()) {
                return new NetworkLook(
                        visitor.stdout().text(),
                        neighbour.stdout().text(),
                        visit != null,
                        visitor.stderr().text() + neighbour.stderr().text());
            }
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof SandboxFault fault) {
                throw fault;
            }
            throw refused("the firewall could not be probed: " + failed.getCause());
        } catch (IOException | RunReleased failed) {
            throw refused("the firewall could not be probed: " + failed.getMessage());
        }
    }

    private Program visitor(int port, int meeting) throws IOException {
        var arguments = new ArrayList<Object>(List.of(port, meeting));
        Set<String> addresses = new LinkedHashSet<>(way.network().gateways());
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
                .forEach(addresses::add);
        arguments.addAll(addresses);
        return program("firewall.py", arguments);
    }

    private static Program program(String resource, List<?> arguments) {
        return TrustedPrograms.named(
                resource,
                NetworkGate.LIMITS.pids(),
                arguments.stream().map(Object::toString).toList());
    }
}
