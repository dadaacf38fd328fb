package dev.kiln.sandbox.docker;

import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.file.InvalidPathException;

/**
 * One started container with the runner in it, for one program. Whoever has it hands it to {@link
 * Cells#dispose} in the end, which leaves nothing of it behind.
 *
 * @param spec what it was made to
 * @param id the engine's id of it
 * @param input its inputs on the host
 * @param attachment its standard streams
 * @param conversation what its runner has said
 * @param cgroup its accounts
 */
record Cell(
        ContainerSpec spec,
        String id,
        InputDir input,
        Attachment attachment,
        Conversation conversation,
        Cgroup cgroup) {
    /** Where the program finds itself; the runner makes it. */
    static final String WORK = "/tmp/work";

    /** Where the compiler puts what it makes; the runner makes it too. */
    static final String BUILD = "/tmp/build";

    /** The same, for a program with these limits, see {@link ContainerSpec#serving}. */
    Cell serving(Limits limits) {
        return new Cell(spec.serving(limits), id, input, attachment, conversation, cgroup);
    }

    /**
     * The fault of this sandbox, saying also in which container, by the twelve characters that the
     * engine's client shows and takes: a container that waited for its job bears no label of it,
     * and this is how the job's history and the engine's log are brought together. What is the
     * host's stays as it is: it is one trouble, however many containers meet it.
     */
    SandboxFault named(SandboxFault fault) {
        if (fault.scope() != SandboxFault.Scope.SANDBOX) {
            return fault;
        }
        return new SandboxFault(
                fault.scope(),
                "%s (container %s)".formatted(fault.getMessage(), id.substring(0, 12)),
                fault);
    }

    /** Whether nothing has ended it yet. */
    boolean alive() {
        return !conversation.end().isDone() && !attachment.closed().isDone();
    }

    /**
     * Has the runner start what can be started before there is a program.
     *
     * @throws IOException when it does not take the message
     */
    void prepare(LaunchCommand command) throws IOException {
        var preparation = command.preparation(spec);
        if (preparation.isPresent()) {
            attachment.send(preparation.get().encode());
        } else {
            conversation.prepared().complete(null);
        }
    }

    /**
     * Hands the program to the runner, which starts it at once.
     *
     * @param command of the program's runtime
     * @param contexts where its context comes from when it was uploaded
     * @throws SandboxFault with scope {@code SANDBOX} when the inputs cannot be brought in: this
     *     job cannot run so
     */
    void load(Program program, LaunchCommand command, ContextSource contexts) throws SandboxFault {
        conversation.expectOutput(spec.limits().outputBytes());
        conversation.expectArtifacts(program.artifacts());
        conversation.compiler().expectOutput(RunnerSpec.COMPILER_OUTPUT_BYTES);
        try {
            input.fill(command.file(), program.code(), program.stdin(), program.files());
            if (program.context() != null) {
                input.fillContext(program.context(), contexts);
            }
            attachment.send(command.spec(program, spec).encode());
        } catch (InvalidPathException unspeakable) {
            throw new SandboxFault(
                    SandboxFault.Scope.SANDBOX,
                    "This worker cannot write a file name of the job, since it was started in a locale without UTF-8: start it with LC_ALL=C.UTF-8.",
                    unspeakable);
        } catch (IOException | IllegalArgumentException failed) {
            throw new SandboxFault(
                    SandboxFault.Scope.SANDBOX,
                    "The program's inputs could not be brought into the sandbox: "
                            + failed.getMessage(),
                    failed);
        }
    }
}
