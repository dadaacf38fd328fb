package dev.kiln.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Harm to one process: a worker by its index, or the doors. */
sealed interface ProcessFault extends Fault {
    /** Which one. */
    Node node(Cluster cluster);

    @Override
    default Optional<Node> handles(Cluster cluster) {
        return Optional.of(node(cluster));
    }

    /** {@code kill -9} of a worker, which is started again a while later. */
    record KillWorker(int worker, Duration down) implements ProcessFault {
        @Override
        public Node node(Cluster cluster) {
            return cluster.worker(worker).node();
        }

        @Override
        public String inWords() {
            return "kill -9 worker %d, down for %s".formatted(worker + 1, Fault.seconds(down));
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            var node = node(scene.cluster());
            silence(node, scene);
            node.kill();
            Thread.sleep(down);
            node.start();
        }
    }

    /** SIGSTOP of a worker for longer than its leases hold, then SIGCONT. */
    record PauseWorker(int worker, Duration span) implements ProcessFault {
        @Override
        public Node node(Cluster cluster) {
            return cluster.worker(worker).node();
        }

        @Override
        public String inWords() {
            return "pause worker %d for %s".formatted(worker + 1, Fault.seconds(span));
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            var node = node(scene.cluster());
            try {
                silence(node, scene);
                node.signal("STOP");
                Thread.sleep(span);
            } finally {
                node.signal("CONT");
            }
        }
    }

    /** TERM to a worker, which gives back what it cannot finish, and is started again. */
    record DrainWorker(int worker) implements ProcessFault {
        @Override
        public Node node(Cluster cluster) {
            return cluster.worker(worker).node();
        }

        @Override
        public String inWords() {
            return "ask worker %d to end, and start it again".formatted(worker + 1);
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            var node = node(scene.cluster());
            Instant before = Instant.now().minus(ClusterPlan.LEASE);
            boolean ended = node.drain();
            if (!ended || scene.journal().hadTroubleSince(before)) {
                // What it could not give back without Postgres is left to the reaper.
                silence(node, scene);
            }
            if (!ended) {
                scene.journal().surprise(node.name() + " did not end well when asked to");
            }
            node.start();
        }
    }

    /** {@code kill -9} of the process with API, intake and relay. */
    record KillDoors(Duration down) implements ProcessFault {
        @Override
        public Node node(Cluster cluster) {
            return cluster.doors();
        }

        @Override
        public String inWords() {
            return "kill -9 API, intake and relay, down for " + Fault.seconds(down);
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            var node = node(scene.cluster());
            node.kill();
            Thread.sleep(down);
            node.start();
        }
    }

    private static void silence(Node node, Scene scene) {
        node.workerId().ifPresent(scene.journal()::silenced);
    }
}
