package dev.kiln.sandbox.docker;

/** The report channel carried what no runner of ours sends; nothing it said can be believed. */
final class MalformedReport extends Exception {
    MalformedReport(String message) {
        super(message);
    }
}
