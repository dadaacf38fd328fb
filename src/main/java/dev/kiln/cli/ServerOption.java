package dev.kiln.cli;

import dev.kiln.cli.access.KeyOption;
import dev.kiln.cli.client.KilnClient;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which Kiln is spoken to. */
final class ServerOption {

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:KILN_URL:-http://127.0.0.1:8080}",
            description = "The Kiln to speak to (default: $KILN_URL, else http://127.0.0.1:8080).")
    private String server;

    @Mixin private KeyOption key;

    KilnClient connect() {
        return key.connect(server);
    }
}
