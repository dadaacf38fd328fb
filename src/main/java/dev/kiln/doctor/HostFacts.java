package dev.kiln.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the doctor knows of its host, and a program must not.
 *
 * @param kernel the host's kernel release
 * @param secrets what would give the host away, by what it is; none of them too short to be told
 *     from chance
 * @param addresses under which the host can be reached, loopback among them
 */
record HostFacts(String kernel, Map<String, String> secrets, List<String> addresses) {
    private static final int TELLING_LENGTH = 5;

    /** What every sandbox calls itself. */
    static final String OWN_NAME = "sandbox";

    HostFacts {
        secrets = Map.copyOf(secrets);
        addresses = List.copyOf(addresses);
    }

    /** Of the host that this process runs on. */
    static HostFacts ofThisHost(Path home) {
        String kernel = System.getProperty("os.version", "");
        var secrets = new LinkedHashMap<String, String>();
        secrets.put("the host's kernel", kernel);
        secrets.put("the host's name", read("/proc/sys/kernel/hostname"));
        secrets.put("the home directory", home.toAbsolutePath().toString());
        int number = 0;
        for (String line : read("/etc/resolv.conf").split("\n", -1)) {
            if (line.startsWith("nameserver") || line.startsWith("search")) {
                secrets.put("the host's resolver " + ++number, line.strip());
            }
        }
        secrets.values()
                .removeIf(value -> value.length() < TELLING_LENGTH || value.equals(OWN_NAME));
        return new HostFacts(kernel, secrets, localAddresses());
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException absent) {
            // What this host does not have cannot leak.
            return "";
        }
    }

    private static List<String> localAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(InetAddress::getHostAddress)
                    .map(address -> address.replaceFirst("%.*", ""))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (SocketException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
