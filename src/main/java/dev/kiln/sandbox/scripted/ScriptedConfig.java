package dev.kiln.sandbox.scripted;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Whether this process knows the language {@code scripted}. */
@ConfigMapping(prefix = "kiln.sandbox")
public interface ScriptedConfig {
    /**
     * Adds a language {@code scripted} whose programs are not run: for measurements and for chaos.
     * Refused together with an HTTP address that others can reach.
     */
    @WithDefault("false")
    boolean scripted();

    /**
     * With that, runs nothing but that language: no engine is asked or probed, and all other
     * languages are left to others. For many simulated hosts on one machine.
     */
    @WithDefault("false")
    boolean scriptedAlone();

    /**
     * Why a server with these settings may not start; empty when it may. Whoever submits such a
     * program decides what comes of it, which nobody who reaches a real server should.
     *
     * @param http where the server is to listen
     */
    default Optional<String> refusal(InetSocketAddress http) {
        boolean loopback = !http.isUnresolved() && http.getAddress().isLoopbackAddress();
        return !scripted() || loopback
                ? Optional.empty()
                : Optional.of(
                        "kiln.sandbox.scripted=true would let whoever reaches %s make up results: unset it, or set QUARKUS_HTTP_HOST to 127.0.0.1."
                                .formatted(http.getHostString()));
    }
}
