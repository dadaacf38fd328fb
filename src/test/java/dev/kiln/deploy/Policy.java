package dev.kiln.deploy;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A rule that manifests keep.
 *
 * @param name what holds, in words
 * @param breaches what of the manifests breaks it, one sentence each
 */
record Policy(String name, Function<Manifests, Stream<String>> breaches) {
    List<String> check(Manifests manifests) {
        return breaches.apply(manifests).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
