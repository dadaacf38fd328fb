package dev.kiln.claim;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A worker process's identity: a new one each time it starts, so that a lease of its former life is
 * never taken for its own.
 *
 * @param value the host's name, a dash and eight random hex digits
 */
public record WorkerId(String value) {
    public static WorkerId ofThisProcess() {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        return new WorkerId(host() + "-" + HexFormat.of().formatHex(random));
    }

    /** Reduced to what is safe in labels, file names and logs. */
    private static String host() {
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            name = "worker";
        }
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        return plain.length() > 40 ? plain.substring(0, 40) : plain;
    }

    @Override
    public String toString() {
        return value;
    }
}
