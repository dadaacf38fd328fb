package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.OUTPUT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs that write too much, or what looks like a report. */
final class OutputAttacks {
    private static final int PAGE = 4096;
    private static final int PIPE = 65536;
    private static final int FLOOD_MEGABYTES = 20;
    private static final long FLOOD = (long) FLOOD_MEGABYTES << 20;
    private static final String EXACT = "kept up to its cap, all of it counted";
    private static final String AS_WRITTEN = "kept as it was written";

    /** Every byte, then what {@code binary.py} adds to it. */
    private static final byte[] NO_TEXT = {
        (byte) 0xff,
        (byte) 0xfe,
        0,
        (byte) 0xed,
        (byte) 0xa0,
        (byte) 0x80,
        (byte) 0xc0,
        (byte) 0x80,
        (byte) 0xf4,
        (byte) 0x90,
        (byte) 0x80,
        (byte) 0x80,
        '\r',
        '\n',
        0x1b,
        '[',
        '2',
        'J'
    };

    private OutputAttacks() {}

    static List<Attack> all() {
        var attacks = new ArrayList<Attack>();
        for (int cap : List.of(PAGE, PIPE)) {
            attacks.add(sizes(cap, cap - 1, cap));
            attacks.add(sizes(cap, cap + 1, cap - 1));
            attacks.add(sizes(cap, cap, cap + 1));
        }
        attacks.add(sizes(Attempt.OUTPUT / 2, PAGE, PIPE));
        attacks.add(sizes(0, 1, 0));
        attacks.add(flood("1", "a flood on stdout", FLOOD, 0));
        attacks.add(flood("2", "a flood on stderr", 0, FLOOD));
        attacks.add(flood("1 2", "a flood on both", FLOOD, FLOOD));
        attacks.add(endlessFlood());
        attacks.add(binary());
        attacks.add(forged());
        attacks.add(
                program(
                        OUTPUT,
                        "closes every descriptor",
                        "its end is reported all the same",
                        Attempt.of(OUTPUT, "closes"),
                        Checks.exits(5)));
        attacks.add(
                program(
                        OUTPUT,
                        "a child that floods on",
                        "the program's end is not delayed",
                        Attempt.of(OUTPUT, "late_child"),
                        Checks.exits(6).and(Checks.soonerThan(Duration.ofSeconds(10)))));
        return attacks;
    }

    private static byte pattern(int index) {
        return (byte) (index * 31);
    }

    private static Attack sizes(int cap, int out, int err) {
        return program(
                OUTPUT,
                "%d and %d bytes with a cap of %d".formatted(out, err, cap),
                EXACT,
                Attempt.of(OUTPUT, "sizes").output(cap).args(out, err),
                Checks.all(
                        Checks.exits(0),
                        Checks.stdout(out, OutputAttacks::pattern),
                        Checks.stderr(err, OutputAttacks::pattern)));
    }

    private static Attack flood(String streams, String name, long out, long err) {
        var arguments = new ArrayList<Object>(List.of(FLOOD_MEGABYTES));
        arguments.addAll(List.of((Object[]) streams.split(" ", -1)));
        return program(
                OUTPUT,
                name,
                EXACT,
                Attempt.of(OUTPUT, "floods").args(arguments.toArray()),
                Checks.all(
                        Checks.exits(0),
                        Checks.stdout(out, _ -> (byte) 'a'),
                        Checks.stderr(err, _ -> (byte) 'b')));
    }

    private static Attack endlessFlood() {
        return program(
                OUTPUT,
                "a flood without end",
                "killed at its time limit, its output kept up to its cap",
                Attempt.of(OUTPUT, "floods_for_ever").wall(Duration.ofSeconds(2)),
                Checks.timesOut()
                        .and(
                                result -> {
                                    var out = result.stdout();
                                    return Checks.outcome(
                                            out.kept().length == Attempt.OUTPUT
                                                    && out.produced() > Attempt.OUTPUT,
                                            "%d bytes kept".formatted(out.kept().length),
                                            "at least %d counted".formatted(out.produced()));
                                }));
    }

    private static Attack binary() {
        return program(
                OUTPUT,
                "bytes that are no text",
                AS_WRITTEN,
                Attempt.of(OUTPUT, "binary"),
                Checks.all(
                        Checks.exits(0),
                        Checks.stdout(
                                256 + NO_TEXT.length, i -> i < 256 ? (byte) i : NO_TEXT[i - 256]),
                        Checks.stderr(256, i -> (byte) (255 - i))));
    }

    private static Attack forged() {
        return program(
                OUTPUT,
                "forged reports wherever it can write",
                "nothing but output: its own exit code is reported",
                Attempt.of(OUTPUT, "forged"),
                Checks.exits(3)
                        .and(
                                Checks.output(
                                        "the forgeries are its output",
                                        text -> text.startsWith("X\0\0\0,"))));
    }
}
