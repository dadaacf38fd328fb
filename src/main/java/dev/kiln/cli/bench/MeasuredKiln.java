package dev.kiln.cli.bench;

import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.embedded.SingleMachine;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Kiln that is measured.
 *
 * @param client of its server
 * @param url where its server listens
 * @param bootstrapServers of its broker, where that is known
 * @param own the machine, where it is one of this benchmark's own
 */
record MeasuredKiln(
        KilnClient client, URI url, Optional<String> bootstrapServers, Optional<SingleMachine> own)
        implements AutoCloseable {

    /** The running one that was named, or else one that is started. */
    static MeasuredKiln open(
            BenchOptions options, Map<String, String> env, List<String> serverOptions, Steps steps)
            throws Exception {
        String server = options.server();
        if (server != null) {
            return new MeasuredKiln(
                    options.connect(server),
                    URI.create(server),
                    Optional.ofNullable(options.kafka()),
                    Optional.empty());
        }
        var machine = SingleMachine.temporary(env, "bench", options(serverOptions));
        try {
            steps.run("start Kafka and PostgreSQL", machine::startBacking);
            steps.run("start Kiln", machine::startServer);
            return new MeasuredKiln(
                    new KilnClient(machine.url()),
                    machine.url(),
                    Optional.of(machine.bootstrapServers()),
                    Optional.of(machine));
        } catch (Exception e) {
            machine.close();
            throw e;
        }
    }

    /** As `kiln up` starts one: it shares the host with what it is measured by. */
    private static List<String> options(List<String> serverOptions) {
        return Stream.concat(SingleMachine.SPARING.stream(), serverOptions.stream()).toList();
    }

    /** The port of the server. */
    int port() {
        int usual = "https".equals(url.getScheme()) ? 443 : 80;
        return url.getPort() < 0 ? usual : url.getPort();
    }

    @Override
    public void close() {
        client.close();
        own.ifPresent(SingleMachine::close);
    }
}
