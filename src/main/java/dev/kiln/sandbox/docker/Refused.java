package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.kiln.sandbox.SandboxFault;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The engine understood and said no. */
final class Refused extends Exception {
    private static final Pattern MESSAGE =
            Pattern.compile("\\{\"message\":\"(.*)\"}\\s*$", Pattern.DOTALL);

    private static final int BAD_PARAMETER = 400;

    private final int status;

    Refused(DockerException answer) {
        super(oneLine(String.valueOf(answer.getMessage())), answer);
        this.status = answer.getHttpStatus();
    }

    /** The engine's own words, without the JSON around them. */
    private static String oneLine(String message) {
        Matcher quoted = MESSAGE.matcher(message);
        return (quoted.find() ? quoted.group(1) : message).strip().replace('\n', ' ');
    }

    /** What the refusal to make or start a container means. */
    SandboxFault asFault() {
        // A runtime that is not registered (any more) is a bad parameter too, but no job's.
        boolean blamesLimits =
                status == BAD_PARAMETER && !String.valueOf(getMessage()).contains("runtime");
        return blamesLimits
                ? new SandboxFault(
                        SandboxFault.Scope.SANDBOX,
                        "This host cannot give the sandbox its limits: " + getMessage(),
                        this)
                : new SandboxFault(
                        SandboxFault.Scope.HOST,
                        "The Docker Engine could not start a sandbox (HTTP %d: %s): look at its log (journalctl -u docker)."
                                .formatted(status, getMessage()),
                        this);
    }

    /** HTTP status of the answer. */
    int status() {
        return status;
    }
}
