package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.SandboxFault;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which of the configured languages this host can run. */
final class Languages {
    private final RuntimesConfig runtimes;
    private final Images images;
    private final WarmUps warmUps;

    Languages(RuntimesConfig runtimes, Images images, WarmUps warmUps) {
        this.runtimes = runtimes;
        this.images = images;
        this.warmUps = warmUps;
    }

    /**
     * The images of those languages that have theirs here.
     *
     * @param lacking takes the others, each with the reason
     * @throws SandboxFault when none has, the engine cannot be asked, or a setting of one can never
     *     work
     */
    Map<String, Image> present(Map<String, String> lacking)
            throws SandboxFault, InterruptedException {
        Map<String, Image> present = new TreeMap<>();
        SandboxFault last = null;
        for (var runtime : runtimes.runtimes().entrySet()) {
            command(runtime.getKey(), runtime.getValue());
            try {
                present.put(runtime.getKey(), images.own(runtime.getValue().image()));
            } catch (SandboxFault missing) {
                lacking.put(runtime.getKey(), String.valueOf(missing.getMessage()));
                last = missing;
            }
        }
        if (last != null && present.isEmpty()) {
            throw last;
        }
        return present;
    }

    /**
     * Warms up what is present, where that is still to be done.
     *
     * @param lacking takes those languages whose warm-up fails, each with the reason
     * @throws SandboxFault when no language is left, or this host can run nothing
     */
    void warmUp(Map<String, Image> present, Map<String, String> lacking)
            throws SandboxFault, InterruptedException {
        for (var runtime : runtimes.runtimes().entrySet()) {
            Image image = present.get(runtime.getKey());
            if (image != null) {
                warmUps.failure(runtime.getKey(), runtime.getValue(), image)
                        .ifPresent(why -> lacking.put(runtime.getKey(), why));
            }
        }
        if (!lacking.isEmpty() && lacking.size() == runtimes.runtimes().size()) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "No language can be run here. " + String.join(" ", lacking.values()));
        }
    }

    /** The shapes of the languages for which containers wait before any job was seen. */
    Set<Shape> shapes(PoolConfig pool, Map<String, Image> usable, ContainerRuntime runtime)
            throws SandboxFault {
        Set<Shape> shapes = new LinkedHashSet<>();
        for (var each : runtimes.runtimes().entrySet()) {
            Image image = usable.get(each.getKey());
            if (image != null && pool.languages().contains(each.getKey())) {
                var command = command(each.getKey(), each.getValue());
                shapes.add(new Shape(image, runtime, pool.limits(), command));
            }
        }
        return shapes;
    }

    /**
     * How programs of a language are started.
     *
     * @throws SandboxFault with scope {@code HOST}, naming the setting, when that can never work
     */
    static LaunchCommand command(String name, RuntimesConfig.Runtime runtime) throws SandboxFault {
        try {
            return LaunchCommand.of(runtime);
        } catch (IllegalArgumentException cannotWork) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "A setting is wrong: kiln.runtimes.%s: %s"
                            .formatted(name, cannotWork.getMessage()),
                    cannotWork);
        }
    }
}
