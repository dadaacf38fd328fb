package dev.kiln.webhook;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells addresses on the internet from those by which a receiver would be a neighbour of Kiln: what
 * the registries of special addresses (RFC 6890 and its successors) do not call globally reachable,
 * what hosting providers serve metadata from, and this host itself.
 */
final class PublicAddress {
    private static final List<Block> PRIVATE_V4 =
            Stream.of(
                            "0.0.0.0/8",
                            "10.0.0.0/8",
                            "100.64.0.0/10",
                            "127.0.0.0/8",
                            "168.63.129.16/32", // Azure's platform, beside its link-local address
                            "169.254.0.0/16", // with the metadata of most providers
                            "172.16.0.0/12",
                            "192.0.0.0/24",
                            "192.0.2.0/24",
                            "192.88.99.0/24",
                            "192.168.0.0/16",
                            "198.18.0.0/15",
                            "198.51.100.0/24",
                            "203.0.113.0/24",
                            "224.0.0.0/4",
                            "240.0.0.0/4")
                    .map(Block::of)
                    .toList();

    /** The only part of IPv6 from which addresses are given out; without these parts of it. */
    private static final Block GLOBAL_V6 = Block.of("2000::/3");

    private static final List<Block> PRIVATE_V6 =
            Stream.of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
                    .map(Block::of)
                    .toList();

    /** An IPv4 address follows: NAT64 (RFC 6052), and the forms in which IPv6 has them too. */
    private static final List<Block> HOLDS_V4 =
            Stream.of("64:ff9b::/96", "::/96").map(Block::of).toList();

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private PublicAddress() {}

    /** Whether a receiver may be there unless the site allows all addresses. */
    static boolean is(InetAddress address) {
        return isGlobal(address.getAddress()) && !isThisHost(address);
    }

    static boolean isGlobal(byte[] address) {
        if (address.length == 4) {
            return PRIVATE_V4.stream().noneMatch(block -> block.holds(address));
        }
        boolean mapped = Arrays.equals(address, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
        if (mapped || HOLDS_V4.stream().anyMatch(block -> block.holds(address))) {
            return isGlobal(Arrays.copyOfRange(address, 12, 16));
        }
        return GLOBAL_V6.holds(address)
                && PRIVATE_V6.stream().noneMatch(block -> block.holds(address));
    }

    private static boolean isThisHost(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException nobodyKnows) {
            return true;
        }
    }

    /** The addresses that begin with so many bits of this one. */
    private record Block(byte[] address, int bits) {
        static Block of(String text) {
            int slash = text.indexOf('/');
            try {
                // Literals: nothing is looked up.
                byte[] address = InetAddress.getByName(text.substring(0, slash)).getAddress();
                return new Block(address, Integer.parseInt(text.substring(slash + 1)));
            } catch (UnknownHostException impossible) {
                throw new IllegalArgumentException(text, impossible);
            }
        }

        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            int whole = bits / 8;
            int rest = 8 - bits % 8;
            return Arrays.equals(address, 0, whole, other, 0, whole)
                    && (rest == 8
                            || (address[whole] & 0xff) >> rest == (other[whole] & 0xff) >> rest);
        }
    }
}
