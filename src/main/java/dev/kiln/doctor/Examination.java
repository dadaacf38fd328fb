package dev.kiln.doctor;

import java.util.List;

/**
 * All that the doctor found.
 *
 * @param findings one for each attack, in the order of the suite
 */
public record Examination(List<Finding> findings) {
    public Examination {
        findings = List.copyOf(findings);
    }

    /** Whether every guarantee stood; an examination without attacks shows nothing. */
    public boolean good() {
        return !findings.isEmpty() && findings.stream().allMatch(f -> f.outcome().good());
    }

    /** Those that did not stand or could not be tried. */
    public List<Finding> bad() {
        return findings.stream().filter(f -> !f.outcome().good()).toList();
    }
}
