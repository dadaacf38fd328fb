package dev.kiln.cli.access;

import dev.kiln.cli.client.KilnClient;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What a command shows to a Kiln that does not serve everybody. */
public final class KeyOption {

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "${env:KILN_KEY:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "The key, or the token of an issuer, to send (default: $KILN_KEY, which other users of this host do not see).")
    private String key;

    /**
     * A client of that server that sends it.
     *
     * @throws dev.kiln.cli.client.CliException when that is not an HTTP address, or the key is none
     */
    public KilnClient connect(String server) {
        return KilnClient.of(server, key);
    }
}
