package dev.kiln;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says in one sentence why the server did not start, and ends the process. Quarkus has words of its
 * own for that, with stack traces; its log of them is switched off in application.properties
 * (category {@code io.quarkus.runtime.Application}).
 */
final class StartFailure {
    static final int EXIT_CODE = 2;

    private final PrintStream err;

    private StartFailure(PrintStream err) {
        this.err = err;
    }

    /** Also silences what Quarkus prints of settings that are wrong, past any log. */
    static StartFailure inPlaceOfQuarkus() {
        PrintStream err = System.err;
        System.setErr(new WithoutSettings(err));
        return new StartFailure(err);
    }

    /** Ends the process; {@code cause} is what kept it from starting, null after a normal end. */
    void end(int exitCode, @Nullable Throwable cause) {
        var done = done(cause);
        if (cause == null) {
            System.exit(exitCode);
        } else if (done != null) {
            err.println("kiln: " + done.sentence());
            err.flush();
            System.exit(0);
        } else {
            tell(cause);
            System.exit(EXIT_CODE);
        }
    }

    private static @Nullable StartDone done(@Nullable Throwable end) {
        return Stream.iterate(end, e -> e != null, Throwable::getCause)
                .filter(StartDone.class::isInstance)
                .map(StartDone.class::cast)
                .findFirst()
                .orElse(null);
    }

    private void tell(Throwable cause) {
        String sentence = sentence(cause);
        if (sentence == null) {
            err.println("kiln: the server could not be started, for a reason that is a bug:");
            cause.printStackTrace(err);
        } else {
            err.println("kiln: " + sentence);
        }
        err.flush();
    }

    /** One line for people; null when nobody foresaw this. */
    static @Nullable String sentence(Throwable failure) {
        return Stream.iterate(failure, e -> e != null, Throwable::getCause)
                .<String>mapMulti(
                        (e, found) -> {
                            switch (e) {
                                case StartRefused refused -> found.accept(refused.sentence());
                                case QuarkusBindException taken ->
                                        found.accept(portTaken(taken.getHost(), taken.getPort()));
                                case ConfigValidationException wrong -> found.accept(wrong(wrong));
                                case ConfigurationException wrong -> found.accept(wrong(wrong));
                                case IllegalArgumentException wrong when names(wrong, "kiln.") ->
                                        found.accept(wrong(wrong));
                                default -> {}
                            }
                        })
                .findFirst()
                .orElse(null);
    }

    static String portTaken(String host, int port) {
        return "Port %d of %s cannot be listened on: stop its owner (ss -ltnp shows it), or set QUARKUS_HTTP_PORT to another one."
                .formatted(port, host);
    }

    /** Our own checks of settings begin with the setting's name. */
    private static boolean names(IllegalArgumentException e, String setting) {
        return e.getMessage() != null && e.getMessage().startsWith(setting);
    }

    /** Of the library's lines, those that name a setting, without its own numbers. */
    private static String wrong(Throwable e) {
        String settings =
                String.valueOf(e.getMessage())
                        .lines()
                        .map(line -> line.replaceAll("^.*?SRCFG[0-9]+: ", "").strip())
                        .map(line -> line.replaceAll(":? SRCFG[0-9]+: ", ": "))
                        .map(line -> line.replace(" threw an Exception whilst being converted", ""))
                        .map(line -> line.replace("does not map to any root", "is unknown"))
                        .filter(line -> !line.isEmpty() && !line.endsWith("validation failed:"))
                        .distinct()
                        .collect(Collectors.joining("; "));
        return "A setting is wrong: %s. Correct it; docs/ARCHITECTURE.md lists all."
                .formatted(settings);
    }

    /** Standard error without the one message that Quarkus prints there itself. */
    private static final class WithoutSettings extends PrintStream {
        WithoutSettings(PrintStream err) {
            super(err, true, StandardCharsets.UTF_8);
        }

        @Override
        public void println(@Nullable String line) {
            if (line == null || !line.startsWith("Configuration validation failed")) {
                super.println(line);
            }
        }
    }
}
