package dev.kiln.chaos;

import java.time.Duration;

/**
 * Harm to the ways between processes and servers. A way to Postgres is a worker's by its index, or
 * the doors' with {@link #DOORS}.
 */
sealed interface LinkFault extends Fault {
    /** Stands for the process with API, intake and relay. */
    int DOORS = Cluster.WORKERS;

    /** A worker loses the Docker Engine; to everybody else the engine is there. */
    record CutEngine(int worker, Duration span) implements LinkFault {
        @Override
        public String inWords() {
            return "cut worker %d off the Docker Engine for %s"
                    .formatted(worker + 1, Fault.seconds(span));
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            Link link = scene.cluster().worker(worker).engine();
            link.cut();
            try {
                Thread.sleep(span);
            } finally {
                link.mend();
            }
        }
    }

    /** Connections to Postgres break, and new ones do for a while. */
    record CutDatabase(int process, Duration span) implements LinkFault {
        @Override
        public boolean troublesDatabase() {
            return true;
        }

        @Override
        public String inWords() {
            return "cut %s off Postgres for %s".formatted(who(process), Fault.seconds(span));
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            silence(scene, process);
            Link link = way(scene, process).link();
            link.cut();
            try {
                Thread.sleep(span);
            } finally {
                link.mend();
            }
        }
    }

    /** Postgres does not answer for a while, and then does. */
    record HoldDatabase(int process, Duration span) implements LinkFault {
        @Override
        public boolean troublesDatabase() {
            return true;
        }

        @Override
        public String inWords() {
            return "let Postgres hang for %s, for %s".formatted(who(process), Fault.seconds(span));
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            silence(scene, process);
            Link link = way(scene, process).link();
            link.hold();
            try {
                Thread.sleep(span);
            } finally {
                link.release();
            }
        }
    }

    /** Each message from and to Postgres is late. */
    record DelayDatabase(int process, Duration delay, Duration span) implements LinkFault {
        @Override
        public boolean troublesDatabase() {
            return true;
        }

        @Override
        public String inWords() {
            return "delay %s by %d ms for %s"
                    .formatted(who(process), delay.toMillis(), Fault.seconds(span));
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            Link link = way(scene, process).link();
            link.delay(delay);
            try {
                Thread.sleep(span);
            } finally {
                link.delay(Duration.ZERO);
            }
        }
    }

    /** The connection breaks after a COMMIT took effect and before its answer arrives. */
    record LoseCommits(int process, int count) implements LinkFault {
        @Override
        public boolean troublesDatabase() {
            return true;
        }

        @Override
        public String inWords() {
            return "lose the answers to the next %d commits of %s".formatted(count, who(process));
        }

        @Override
        public void strike(Scene scene) {
            way(scene, process).loseCommits(count);
        }
    }

    private static DatabaseLink way(Scene scene, int process) {
        return process == DOORS
                ? scene.cluster().doorsDatabase()
                : scene.cluster().worker(process).database();
    }

    private static void silence(Scene scene, int process) {
        if (process != DOORS) {
            scene.cluster().worker(process).node().workerId().ifPresent(scene.journal()::silenced);
        }
    }

    private static String who(int process) {
        return process == DOORS ? "the doors" : "worker " + (process + 1);
    }
}
