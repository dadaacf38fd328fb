package dev.kiln.sandbox.docker;

/**
 * Measures cold runs of a hello program: {@code java dev.kiln.sandbox.docker.Latency RUNS AT_ONCE}.
 */
final class Latency {
    public static void main(String[] args) throws Exception {
        int runs = Integer.parseInt(args[0]);
        int atOnce = Integer.parseInt(args[1]);
        try (var host = new SandboxHost()) {
            host.python("print('warm-up')");
            var times = new java.util.concurrent.ConcurrentLinkedQueue<Long>();
            long begin = System.nanoTime();
            var threads = new java.util.ArrayList<Thread>();
            for (int t = 0; t < atOnce; t++) {
                threads.add(
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            for (int i = 0; i < runs / atOnce; i++) {
                                                long start = System.nanoTime();
                                                try {
                                                    var r = host.python("print('hello')");
                                                    if (!r.stdout().text().equals("hello\n"))
                                                        throw new IllegalStateException(
                                                                r.toString());
                                                } catch (Exception failed) {
                                                    throw new IllegalStateException(failed);
                                                }
                                                times.add((System.nanoTime() - start) / 1_000_000);
                                            }
                                        }));
            }
            for (Thread t : threads) {
                t.join();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            var sorted = times.stream().sorted().toList();
            System.out.printf(
                    "runs=%d atOnce=%d p50=%d ms p90=%d ms max=%d ms jobs/s=%.2f%n",
                    sorted.size(),
                    atOnce,
                    sorted.get(sorted.size() / 2),
                    sorted.get(sorted.size() * 9 / 10),
                    sorted.getLast(),
                    sorted.size() / seconds);
        }
    }
}
