package dev.kiln.sandbox.docker;

/** The steps of the runner between fork and the program, in its own numbering. */
enum StartStage {
    FORK("start a process"),
    LIMITS("set the limits"),
    IDENTITY("drop to the unprivileged user"),
    FILTER("install the system call filter"),
    WORK_DIR("make the work directory"),
    LINKS("link the job's files"),
    STDIN("open standard input"),
    STDIO("connect the output streams"),
    EXEC("execute the runtime's command");

    private static final int ENOENT = 2;
    private static final int E2BIG = 7;

    /** What gVisor answers to a single argument that is too long. */
    private static final int ENAMETOOLONG = 36;

    private final String task;

    StartStage(String task) {
        this.task = task;
    }

    /**
     * Whether a compiler that ran before can be the cause: it may have made what no kernel
     * executes, or taken away the work directory. Then the program is to blame, and no platform.
     */
    static boolean dependsOnCompiler(int stage) {
        return stage == EXEC.ordinal() + 1 || stage == WORK_DIR.ordinal() + 1;
    }

    /** Says what the runner could not do. */
    static String sentence(int stage, int errno) {
        if (stage < 1 || stage > values().length) {
            return "The runner failed at a stage it does not have: " + stage;
        }
        StartStage at = values()[stage - 1];
        String hint =
                switch (errno) {
                    case ENOENT -> at == EXEC ? ": the image does not have it" : "";
                    case E2BIG, ENAMETOOLONG ->
                            at == EXEC ? ": arguments and environment are too long" : "";
                    default -> "";
                };
        return "The program was not started: the runner could not "
                + at.task
                + " (errno "
                + errno
                + ")"
                + hint;
    }
}
