package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SandboxFault.Scope;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the image of each run. A name is resolved once for each, when the run begins, and the
 * container is made from what was found: a name that comes to mean another image meanwhile does not
 * change it.
 */
final class Images {
    /**
     * What a run's program is run in.
     *
     * @param image as resolved
     * @param foreign whether it is another image than the language's own, so that nothing in it is
     *     known to be where the language's command expects it
     */
    record Chosen(Image image, boolean foreign) {}

    /**
     * For how long a list of them is believed. To make one the engine reads the files of each,
     * which on a host with many, once each two seconds, was most of what an idle worker cost.
     */
    private static final Duration LIST_BELIEVED = Duration.ofSeconds(10);

    private record Known(Image image, long sinceNanos) {}

    private record Listed(Set<String> names, long sinceNanos) {}

    private final Engine engine;
    private final long believedNanos;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private volatile @Nullable Listed listed;

    /** Looks each up whenever it is asked for. */
    Images(Engine engine) {
        this(engine, Duration.ZERO);
    }

    /**
     * Knows none yet.
     *
     * @param believed for how long what was found of a language's own image is not looked up again
     */
    Images(Engine engine, Duration believed) {
        this.engine = engine;
        this.believedNanos = believed.toNanos();
    }

    /**
     * The image that the job asks for, else the language's own.
     *
     * @throws SandboxFault with scope {@code HOST} when the language's own is missing, {@code
     *     NEEDS} when the job's is, {@code SANDBOX} when nothing can run in it anywhere
     */
    Chosen choose(String own, @Nullable String asked) throws SandboxFault, InterruptedException {
        if (asked == null) {
            Known before = known.get(own);
            if (before != null && System.nanoTime() - before.sinceNanos < believedNanos) {
                return new Chosen(before.image, false);
            }
            return new Chosen(own(own), false);
        }
        Image image = usable(asked, found(asked, Scope.NEEDS), Scope.SANDBOX);
        Optional<Image> usual = engine.image(own);
        return new Chosen(image, !usual.map(Image::id).equals(Optional.of(image.id())));
    }

    /**
     * A language's own image, or the probe's.
     *
     * @throws SandboxFault with scope {@code HOST} when it is missing or unusable
     */
    Image own(String name) throws SandboxFault, InterruptedException {
        try {
            Image image = usable(name, found(name, Scope.HOST), Scope.HOST);
            known.put(name, new Known(image, System.nanoTime()));
            return image;
        } catch (SandboxFault gone) {
            known.remove(name);
            throw gone;
        }
    }

    /**
     * All names and ids that the engine knew when it was last asked, a few seconds ago at most, and
     * not since one that a job needs was found to be missing.
     */
    Set<String> names() throws SandboxFault, InterruptedException {
        Listed before = listed;
        if (before != null && System.nanoTime() - before.sinceNanos < LIST_BELIEVED.toNanos()) {
            return before.names;
        }
        // The time before the call: what it misses of what came meanwhile is believed no longer.
        long now = System.nanoTime();
        var names = engine.images();
        listed = new Listed(names, now);
        return names;
    }

    private Image found(String name, Scope missing) throws SandboxFault, InterruptedException {
        var image = engine.image(name);
        if (image.isEmpty()) {
            listed = null;
            throw missing(name, missing);
        }
        return image.get();
    }

    /** Says that an image is not there. */
    static SandboxFault missing(String image, Scope scope) {
        return new SandboxFault(
                scope,
                "The sandbox image %s is missing on this host: build it with ./kiln setup, or docker pull it where it comes from a registry."
                        .formatted(image));
    }

    private static Image usable(String name, Image image, Scope scope) throws SandboxFault {
        if (!image.volumes().isEmpty()) {
            throw new SandboxFault(
                    scope,
                    "The image %s declares volumes (%s), which the engine would make on the host's disk, writable and without a limit: build one without VOLUME."
                            .formatted(
                                    name,
                                    String.join(", ", image.volumes().stream().sorted().toList())));
        }
        return image;
    }
}
