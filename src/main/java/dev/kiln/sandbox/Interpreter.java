package dev.kiln.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A language without a compile step, for those who choose one in code.
 *
 * @param image as in {@link RuntimesConfig.Runtime}
 * @param file as there
 * @param command as there
 */
public record Interpreter(String image, String file, List<String> command)
        implements RuntimesConfig.Runtime {
    public Interpreter {
        command = List.copyOf(command);
    }

    @Override
    public Optional<List<String>> ahead() {
        return Optional.empty();
    }

    @Override
    public Optional<String> warmUp() {
        return Optional.empty();
    }

    @Override
    public Optional<List<String>> compile() {
        return Optional.empty();
    }

    @Override
    public Duration compileTimeout() {
        return Duration.ZERO;
    }
}
