package dev.kiln.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2001:200::1",
                "2003::1",
                "64:ff9b::101:101"
            })
    void addresses_on_the_internet_are_public(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "127.0.0.1",
                "127.255.255.254",
                "168.63.129.16",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::7f00:1",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "4000::1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::101:101"
            })
    void all_others_are_not(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isFalse();
    }

    /** Java makes such an address one of IPv4 before anybody sees it; so the bytes. */
    @Test
    void an_address_of_ipv4_in_one_of_ipv6_is_what_it_is_in_ipv4() {
        assertThat(PublicAddress.isGlobal(mapped("7f000001"))).isFalse();
        assertThat(PublicAddress.isGlobal(mapped("a9fea9fe"))).isFalse();
        assertThat(PublicAddress.isGlobal(mapped("01010101"))).isTrue();
    }

    @Test
    void this_host_itself_is_not_whatever_its_address_is() throws Exception {
        var own =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .toList();
        assertThat(own).isNotEmpty().noneMatch(PublicAddress::is);
    }

    /** Java reads more notations than people do. */
    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "127.1", "0177.0.0.1"})
    void odd_notations_do_not_lead_to_this_host(String host) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException notReadAsOne) {
            return;
        }
        if (address.isLoopbackAddress()) {
            assertThat(PublicAddress.is(address)).isFalse();
        } else {
            // Not what it would be in C; then it must be what Java connects to.
            assertThat(address.getHostAddress()).isEqualTo("177.0.0.1");
        }
    }

    private static byte[] mapped(String v4) {
        return HexFormat.of().parseHex("00000000000000000000ffff" + v4);
    }
}
