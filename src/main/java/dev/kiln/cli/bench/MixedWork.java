package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.bench.docker.ContainerProgram;
import dev.kiln.cli.client.Json;
import java.util.Arrays;
import java.util.List;

/**
 * Programs that work for about 100 ms of processor time, each in another language: the same
 * checksum over more or fewer numbers, so that each one's answer is known.
 */
enum MixedWork {
    PYTHON(
            "python",
            500_000,
            """
            total = 0
            for i in range(%d):
                total = (total * 31 + i) %% 1000003
            print(total)
            """) {
        @Override
        List<String> command() {
            return List.of("/usr/bin/python3", "-c", code());
        }
    },
    NODE(
            "node",
            300_000,
            """
            let total = 0;
            for (let i = 0; i < %d; i++) total = (total * 31 + i) %% 1000003;
            console.log(total);
            """) {
        @Override
        List<String> command() {
            return List.of("/usr/bin/node", "-e", code());
        }
    },
    BASH(
            "bash",
            30_000,
            """
            total=0
            for ((i = 0; i < %d; i++)); do total=$(((total * 31 + i) %% 1000003)); done
            echo $total
            """) {
        @Override
        List<String> command() {
            return List.of("/usr/bin/bash", "-c", code());
        }
    },
    C(
            "c",
            2_000_000,
            """
            #include <stdio.h>
            int main(void) {
                long total = 0;
                for (long i = 0; i < %d; i++) total = (total * 31 + i) %% 1000003;
                printf("%%ld\\n", total);
            }
            """) {
        /** Compiled as Kiln compiles it. */
        @Override
        List<String> command() {
            return List.of(
                    "/bin/sh",
                    "-c",
                    "printf %s \"$1\" >/tmp/main.c && /usr/bin/gcc -std=gnu17 -O2 -Wall -o /tmp/main /tmp/main.c -lm && exec /tmp/main",
                    "sh",
                    code());
        }
    };

    private static final int MODULUS = 1_000_003;

    private final String language;
    private final int numbers;
    private final String template;

    MixedWork(String language, int numbers, String template) {
        this.language = language;
        this.numbers = numbers;
        this.template = template;
    }

    /** The executable and its arguments, in a container of the language's own image. */
    abstract List<String> command();

    String language() {
        return language;
    }

    String code() {
        return template.formatted(numbers);
    }

    /** What it writes. */
    String output() {
        long total = 0;
        for (int i = 0; i < numbers; i++) {
            total = (total * 31 + i) % MODULUS;
        }
        return total + "\n";
    }

    ObjectNode submission() {
        return Json.object().put("language", language).put("code", code());
    }

    /** All of them as Docker alone runs them. */
    static List<Task> tasks() {
        return Arrays.stream(values())
                .map(
                        each ->
                                new Task(
                                        new ContainerProgram(
                                                "kiln/" + each.language, each.command()),
                                        each.output()))
                .toList();
    }
}
