package dev.kiln.chaos;

import java.util.random.RandomGenerator;

/** The programs of the load, short and long, each with the end that it deserves. */
enum ProgramKind {
    /** Ends at once. */
    QUICK(40) {
        @Override
        Sample sample(RandomGenerator random) {
            int n = random.nextInt(1_000_000);
            return scripted("print %d".formatted(n), Deserved.exit(0, EPOCH + n + "\n"));
        }
    },
    /** Takes a while. */
    SLEEPING(25) {
        @Override
        Sample sample(RandomGenerator random) {
            int code = random.nextInt(256);
            return scripted(
                    "sleep %d\nprint slept\nexit %d".formatted(random.nextInt(50, 1500), code),
                    Deserved.exit(code, EPOCH + "slept\n"));
        }
    },
    /** Takes longer than many a fault's distance. */
    LONG(9) {
        @Override
        Sample sample(RandomGenerator random) {
            return scripted(
                    "sleep %d\nprint slept".formatted(random.nextInt(4000, 15_000)),
                    Deserved.exit(0, EPOCH + "slept\n"));
        }
    },
    /** Dies of a signal. */
    SIGNALLED(4) {
        @Override
        Sample sample(RandomGenerator random) {
            int number = random.nextInt(1, 32);
            return scripted("signal " + number, Deserved.signal(number));
        }
    },
    /** Meets its wall limit, which is short. */
    ENDLESS(4) {
        @Override
        Sample sample(RandomGenerator random) {
            return new Sample(
                    "scripted",
                    "until-stopped",
                    random.nextInt(1, 3) * 0.4,
                    Deserved.ended("timed_out"));
        }
    },
    /** Meets its memory limit. */
    HUNGRY(4) {
        @Override
        Sample sample(RandomGenerator random) {
            return scripted("out-of-memory", Deserved.ended("out_of_memory"));
        }
    },
    /** The platform fails it once or twice, and then does not. */
    UNLUCKY(5) {
        @Override
        Sample sample(RandomGenerator random) {
            return scripted(
                    "fault-first %d sandbox scripted\nprint made it"
                            .formatted(random.nextInt(1, 3)),
                    Deserved.exit(0, EPOCH + "made it\n"));
        }
    },
    /** The platform fails it always. */
    DOOMED(2) {
        @Override
        Sample sample(RandomGenerator random) {
            return scripted("fault sandbox scripted", Deserved.abandoned());
        }
    },
    /** A real program in a real sandbox. */
    PYTHON(4) {
        @Override
        Sample sample(RandomGenerator random) {
            int n = random.nextInt(2, 1000);
            return real("python", "print(%1$d * %1$d)".formatted(n), n * n + "\n", 0);
        }
    },
    /** A real one that takes a while. */
    PYTHON_LONG(3) {
        @Override
        Sample sample(RandomGenerator random) {
            int seconds = random.nextInt(1, 7);
            String code =
                    "import time\nprint('begun', flush=True)\ntime.sleep(%d)\nprint('done')\nraise SystemExit(%d)"
                            .formatted(seconds, seconds);
            return real("python", code, "begun\ndone\n", seconds);
        }
    },
    /** Another real one. */
    SHELL(3) {
        @Override
        Sample sample(RandomGenerator random) {
            int code = random.nextInt(256);
            return real("sh", "echo shell; exit %d".formatted(code), "shell\n", code);
        }
    },
    /** A real one that is killed at its wall limit. */
    PYTHON_ENDLESS(1) {
        @Override
        Sample sample(RandomGenerator random) {
            return new Sample(
                    "python",
                    "import time\nwhile True: time.sleep(0.05)",
                    1.5,
                    Deserved.ended("timed_out"));
        }
    };

    /** Long enough for every program that is meant to end, on a machine that does other things. */
    private static final double AMPLE_SECONDS = 120;

    /** What stands in a deserved output for the line of {@code print-epoch}. */
    static final String EPOCH = "epoch N\n";

    private final int weight;

    ProgramKind(int weight) {
        this.weight = weight;
    }

    /** One program of this kind. */
    abstract Sample sample(RandomGenerator random);

    /** What to run, and what must come of it. */
    record Sample(String language, String code, double timeoutSeconds, Deserved deserved) {}

    /** Any kind, as often as its weight says. */
    static ProgramKind any(RandomGenerator random) {
        int total = 0;
        for (ProgramKind kind : values()) {
            total += kind.weight;
        }
        int drawn = random.nextInt(total);
        for (ProgramKind kind : values()) {
            drawn -= kind.weight;
            if (drawn < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("weights that do not add up");
    }

    private static Sample scripted(String code, Deserved deserved) {
        return new Sample("scripted", "print-epoch\n" + code, AMPLE_SECONDS, deserved);
    }

    private static Sample real(String language, String code, String stdout, int exitCode) {
        return new Sample(language, code, AMPLE_SECONDS, Deserved.exit(exitCode, stdout));
    }
}
