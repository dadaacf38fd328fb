package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.model.HostConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * The Docker network of jobs that may reach the internet.
 *
 * @param name the engine's
 * @param gateways the host's own addresses in it
 * @param resolvers that programs ask for names
 * @param resolvConf a file that names those. Docker's own would name its resolver on the program's
 *     loopback, which does not exist where gVisor brings a network stack of its own
 */
record JobNetwork(String name, List<String> gateways, List<String> resolvers, Path resolvConf) {
    JobNetwork {
        gateways = List.copyOf(gateways);
        resolvers = List.copyOf(resolvers);
    }

    /** The container's configuration with this network. */
    HostConfig joinedBy(HostConfig host) {
        // Docker's resolver, which any program in the network finds at 127.0.0.11, passes questions
        // on to these, and no longer to those of the host, who know its private names.
        return host.withNetworkMode(name).withDns(resolvers);
    }
}
