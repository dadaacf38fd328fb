package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.STATUS;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Programs that end in ways that look like something else. */
final class StatusAttacks {
    /** Those that shells, container engines and kernels give a meaning of their own among them. */
    private static final List<Integer> CODES =
            List.of(0, 1, 2, 3, 4, 124, 125, 126, 127, 137, 139, 255);

    private static final int SEGV = 11;

    private StatusAttacks() {}

    static List<Attack> all() {
        var attacks = new ArrayList<Attack>();
        for (int code : CODES) {
            attacks.add(
                    program(
                            STATUS,
                            "exits with " + code,
                            "reported as that and nothing else",
                            Attempt.of(STATUS, "exits").args(code),
                            Checks.exits(code).and(Checks.prints(Checks.BEGUN))));
        }
        fatal().forEach((name, number) -> attacks.add(raised(name, number)));
        attacks.add(
                program(
                        STATUS,
                        "reads where there is no memory",
                        "reported as SIGSEGV",
                        Attempt.of(STATUS, "faults"),
                        Checks.begun().and(Checks.signalled(SEGV))));
        attacks.add(
                program(
                        STATUS,
                        "outlives a killed child",
                        "reported with its own code",
                        Attempt.of(STATUS, "survives"),
                        Checks.begun().and(Checks.exits(7))));
        return attacks;
    }

    /** The numbers are the same on every processor that the runner is built for. */
    private static Map<String, Integer> fatal() {
        var signals = new LinkedHashMap<String, Integer>();
        String[] names = {
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
            "USR2", "PIPE", "ALRM", "TERM", "STKFLT"
        };
        for (int i = 0; i < names.length; i++) {
            signals.put(names[i], i + 1);
        }
        signals.put("XCPU", 24);
        signals.put("XFSZ", 25);
        signals.put("VTALRM", 26);
        signals.put("PROF", 27);
        signals.put("IO", 29);
        signals.put("PWR", 30);
        signals.put("SYS", 31);
        signals.put("RTMIN", 34);
        signals.put("RTMAX", 64);
        return signals;
    }

    private static Attack raised(String name, int number) {
        return program(
                STATUS,
                "raises SIG" + name,
                "reported as signal " + number,
                Attempt.of(STATUS, "raises").args(number),
                Checks.begun().and(Checks.signalled(number)));
    }
}
