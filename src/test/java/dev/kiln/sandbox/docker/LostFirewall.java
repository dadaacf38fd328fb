package dev.kiln.sandbox.docker;

import java.nio.file.Path;

/** The host without Kiln's rules, as after a command that flushes them all; they come back. */
final class LostFirewall implements AutoCloseable {
    LostFirewall() {
        Internet.command("nft", "delete", "table", "inet", "kiln");
    }

    @Override
    public void close() {
        Internet.command(
                "nft",
                "--file",
                Path.of("deploy/host/network/firewall.nft").toAbsolutePath().toString());
    }
}
