package dev.kiln.chaos;

import java.util.List;
import java.util.Locale;

/**
 * A running container of a worker is done away with from outside, if there is one then.
 *
 * @param nth which of them, modulo their number
 */
record ContainerFault(int worker, How how, int nth) implements Fault {
    /** What somebody with the docker client may do. */
    enum How {
        KILL,
        REMOVE,
        STOP;

        private List<String> command() {
            return switch (this) {
                case KILL -> List.of("kill");
                case REMOVE -> List.of("rm", "--force");
                case STOP -> List.of("stop", "--time", "1");
            };
        }
    }

    @Override
    public String inWords() {
        return "%s a container of worker %d"
                .formatted(how.name().toLowerCase(Locale.ROOT), worker + 1);
    }

    @Override
    public void strike(Scene scene) {
        Containers containers = scene.cluster().worker(worker).containers();
        var running = containers.running();
        if (!running.isEmpty()) {
            var victim = running.get(nth % running.size());
            scene.journal().struckContainer(victim.container(), victim.job());
            containers.harm(victim, how.command());
        }
    }
}
