package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.INPUTS;

import dev.kiln.job.InputFile;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Inputs that are odd, but legal. */
final class InputAttacks {
    private static final List<String> NAMES =
            List.of(
                    "a b",
                    "-rf",
                    "--",
                    "~",
                    "$HOME",
                    "$(id)",
                    "`id`",
                    "*",
                    "a'b\"c",
                    "back\\slash",
                    "semi;colon&pipe|",
                    "...",
                    ".hidden",
                    "trailing.",
                    " leading",
                    "stdin",
                    "files",
                    "con",
                    "sitecustomize",
                    "grüße.txt",
                    "日本語/ファイル",
                    "😀",
                    "e\u0301 and \u00e9",
                    "\u202etxt.exe",
                    "x".repeat(100),
                    "d/".repeat(20) + "deep",
                    "deep/a",
                    "deep/b/c");
    private static final List<String> ARGUMENTS =
            List.of(
                    "",
                    " ",
                    "a b",
                    "'",
                    "\"",
                    "-c",
                    "--help",
                    "\n",
                    "ü😀",
                    "*",
                    "$HOME",
                    "x".repeat(4000));
    private static final Map<String, String> VARIABLES =
            Map.of("DOCTOR_EMPTY", "", "DOCTOR_LINES", "a\nb=c\n", "DOCTOR_UNICODE", "grüße 😀");

    private InputAttacks() {}

    static List<Attack> all() {
        return List.of(
                program(
                        INPUTS,
                        "files with odd names",
                        "every one arrives under its name, to the byte",
                        Attempt.of(INPUTS, "files").files(files()),
                        Checks.exits(0)
                                .and(
                                        Checks.output(
                                                NAMES.size() + " files unchanged",
                                                text -> lines(text).equals(expectedFiles())))),
                program(
                        INPUTS,
                        "odd arguments, variables and standard input",
                        "they arrive to the byte",
                        Attempt.of(INPUTS, "invocation")
                                .args(ARGUMENTS.toArray())
                                .env(VARIABLES)
                                .stdin(everyByte()),
                        Checks.exits(0).and(Checks.prints(expectedInvocation()))));
    }

    private static byte[] content(String name) {
        return Attempt.bytes("this is " + name + "\0\n");
    }

    private static List<InputFile> files() {
        return NAMES.stream().map(name -> new InputFile(name, content(name))).toList();
    }

    private static List<String> lines(String text) {
        return text.lines().sorted().toList();
    }

    private static List<String> expectedFiles() {
        return NAMES.stream()
                .map(name -> hex(Attempt.bytes(name)) + " " + sha256(content(name)))
                .sorted()
                .toList();
    }

    private static byte[] everyByte() {
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256);
        }
        return bytes;
    }

    private static String expectedInvocation() {
        var lines = new ArrayList<>(List.of("stdin " + sha256(everyByte())));
        ARGUMENTS.forEach(each -> lines.add(("arg " + hex(Attempt.bytes(each)))));
        new TreeMap<>(VARIABLES)
                .forEach(
                        (name, value) ->
                                lines.add("env " + name + " " + hex(Attempt.bytes(value))));
        return String.join("\n", lines) + "\n";
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String sha256(byte[] bytes) {
        try {
            return hex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
