package dev.kiln.http;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;
import java.util.Set;

/** Who may talk to the server. */
@ConfigMapping(prefix = "kiln.http")
public interface HttpConfig {
    /** Names besides localhost under which clients may address the server, without a port. */
    Optional<Set<String>> allowedHosts();
}
