package dev.kiln.doctor;

import java.time.Duration;

/**
 * One guarantee and whether it stands.
 *
 * @param kind what the attack was aimed at
 * @param attack what it did
 * @param guarantee what had to happen
 * @param outcome what happened
 * @param took how long that took
 */
public record Finding(
        AttackClass kind, String attack, String guarantee, Outcome outcome, Duration took) {}
