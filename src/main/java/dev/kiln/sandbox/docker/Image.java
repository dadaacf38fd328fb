package dev.kiln.sandbox.docker;

import java.util.Map;
import java.util.Set;

/**
 * An image as this host's engine has it.
 *
 * @param id its digest, {@code sha256:…}; a name may come to mean another image at any time, a
 *     digest cannot
 * @param env what it sets in the environment, such as {@code PATH}
 * @param volumes paths that it declares to be volumes
 */
record Image(String id, Map<String, String> env, Set<String> volumes) {
    Image {
        env = Map.copyOf(env);
        volumes = Set.copyOf(volumes);
    }
}
