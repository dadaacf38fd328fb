package dev.kiln.cli;

import dev.kiln.cli.client.KilnClient;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Which Kiln is spoken to. */
final class ServerOption {

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:KILN_URL:-http://127.0.0.1:8080}",
            description = "The Kiln to speak to (default: $KILN_URL, else http://127.0.0.1:8080).")
    private String server;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "${env:KILN_KEY:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "The key to send (default: $KILN_KEY, which other users of this host do not see).")
    private String key;

    KilnClient connect() {
        return KilnClient.of(server, key);
    }
}
