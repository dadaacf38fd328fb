package dev.kiln.doctor;

import dev.kiln.job.Needs;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Carries out attacks on a sandbox, at most two programs at a time. */
public final class Doctor {
    private final Ground ground;
    private final List<Attack> suite;

    /**
     * Of a sandbox on this host.
     *
     * @param home the sandbox's home directory, whose path is the host's secret
     * @param network whether to attack from programs with network too
     */
    public Doctor(Sandbox sandbox, Path home, boolean network) {
        this(
                new Ground(sandbox, HostFacts.ofThisHost(home), Needs.NOTHING),
                network ? Suite.withNetwork() : Suite.all());
    }

    Doctor(Ground ground, List<Attack> suite) {
        this.ground = ground;
        this.suite = suite;
    }

    /**
     * Carries out all attacks of these classes.
     *
     * @param found told of each finding when it is made, by one thread at a time
     */
    public Examination examine(Set<AttackClass> classes, Consumer<Finding> found)
            throws InterruptedException {
        var chosen = suite.stream().filter(attack -> classes.contains(attack.kind())).toList();
        // Fair: else an attack that needs both places would wait until no other is left.
        var places = new Semaphore(Attack.MOST_JOBS, true);
        var findings = new ArrayList<Finding>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Finding>>();
            for (Attack attack : chosen) {
                places.acquire(attack.jobs());
                running.add(
                        threads.submit(
                                () -> {
                                    try {
                                        return tell(found, finding(attack));
                                    } finally {
                                        places.release(attack.jobs());
                                    }
                                }));
            }
            for (Future<Finding> each : running) {
                findings.add(each.get());
            }
        } catch (ExecutionException defect) {
            throw new IllegalStateException(defect.getCause());
        }
        return new Examination(findings);
    }

    private static Finding tell(Consumer<Finding> found, Finding finding) {
        synchronized (found) {
            found.accept(finding);
        }
        return finding;
    }

    private Finding finding(Attack attack) throws InterruptedException {
        long start = System.nanoTime();
        Outcome outcome = outcome(attack);
        return new Finding(
                attack.kind(),
                attack.name(),
                attack.guarantee(),
                outcome,
                Duration.ofNanos(System.nanoTime() - start));
    }

    private Outcome outcome(Attack attack) throws InterruptedException {
        try {
            return attack.action().carryOut(ground);
        } catch (SandboxFault fault) {
            String why = String.valueOf(fault.getMessage());
            return switch (fault.scope()) {
                case HOST, NEEDS -> new Outcome.NotTried("could not be tried", why);
                // Every program gets a verdict, whatever it does.
                case SANDBOX -> new Outcome.Violated("the sandbox failed", why);
            };
        } catch (RunReleased interrupted) {
            return new Outcome.NotTried("could not be tried", "the run was interrupted");
        }
    }
}
