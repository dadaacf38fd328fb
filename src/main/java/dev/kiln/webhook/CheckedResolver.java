package dev.kiln.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks up hosts and gives out only addresses that were checked. The client connects to what this
 * returns and asks nobody else, so that a name cannot mean one address here and another there.
 */
final class CheckedResolver implements DnsResolver {
    private final DnsResolver resolver;
    private final Predicate<InetAddress> allowed;

    CheckedResolver(DnsResolver resolver, Predicate<InetAddress> allowed) {
        this.resolver = resolver;
        this.allowed = allowed;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = resolver.resolve(host);
        // All of them: one that is not allowed among others means no good.
        if (!List.of(addresses).stream().allMatch(allowed)) {
            throw new ForbiddenAddress();
        }
        return addresses;
    }

    /** Only for logging in with Kerberos. */
    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        throw new UnknownHostException(host);
    }

    /** The host is at an address that is not public. Which one is not for the tenant to know. */
    static final class ForbiddenAddress extends UnknownHostException {
        private static final long serialVersionUID = 1;

        ForbiddenAddress() {
            super("an address that is not public");
        }
    }
}
