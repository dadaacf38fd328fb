package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.InputFile;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every shipped language, as it is configured, in its own image. */
class LanguagesIT {
    private static final Limits SMALL =
            new Limits(Duration.ofSeconds(20), 128 << 20, 1.0, 50, 1 << 20, 32 << 20);
    private static SandboxHost host;

    /** A language's way to say the same things. */
    enum Language {
        PYTHON(
                """
                import os, sys
                print(sys.stdin.read(), sys.argv[1:], os.environ['WHO'], open('data/x').read(), sep='|')
                sys.stderr.write('err')
                sys.exit(7)
                """,
                "print('so far', flush=True)\nwhile True: pass",
                "print('so far', flush=True)\nx = []\nwhile True: x.append(bytearray(1 << 20))"),
        NODE(
                """
                const fs = require('fs');
                const args = JSON.stringify(process.argv.slice(2)).replace('","', '\\', \\'').replaceAll('"', '\\'');
                console.log([fs.readFileSync(0), args, process.env.WHO, fs.readFileSync('data/x')].join('|'));
                process.stderr.write('err');
                process.exit(7);
                """,
                "console.log('so far'); for (;;);",
                "console.log('so far'); const x = []; for (;;) x.push(Buffer.alloc(1 << 20, 1));"),
        NODE_ESM(
                """
                import fs from 'node:fs';
                const args = JSON.stringify(process.argv.slice(2)).replace('","', '\\', \\'').replaceAll('"', '\\'');
                console.log([await fs.promises.readFile('/dev/stdin'), args, process.env.WHO, fs.readFileSync('data/x')].join('|'));
                process.stderr.write('err');
                process.exit(7);
                """,
                "console.log('so far'); for (;;);",
                "console.log('so far'); const x = []; for (;;) x.push(Buffer.alloc(1 << 20, 1));"),
        BASH(
                """
                echo "$(cat)|['$1', '$2']|$WHO|$(<data/x)"
                printf err >&2
                exit 7
                """,
                "echo so far; while :; do :; done",
                "echo so far; x=aaaaaaaa; while :; do x=$x$x; done"),
        C(
                """
                #include <stdio.h>
                #include <stdlib.h>
                #include <string.h>
                #include <math.h>
                #include "helper.h"
                int main(int argc, char **argv) {
                    char in[9] = {0}, x[9] = {0};
                    if (!fgets(in, 9, stdin)) return 1;
                    if (!fgets(x, 9, fopen("data/x", "r"))) return 1;
                    printf("%s|['%s', '%s']|%s|%s\\n", in, argv[1], argv[2], getenv("WHO"), x);
                    fputs("err", stderr);
                    return SEVEN + (int) floor(sqrt(argc) - 1);
                }
                """,
                "#include <stdio.h>\nint main(void) { puts(\"so far\"); fflush(stdout); for (;;); }",
                """
                #include <stdio.h>
                #include <stdlib.h>
                #include <string.h>
                char *keep;
                int main(void) {
                    puts("so far");
                    fflush(stdout);
                    for (;;) if ((keep = malloc(1 << 20))) memset(keep, 1, 1 << 20);
                }
                """);

        private final String conversation;
        private final String endless;
        private final String greedy;

        Language(String conversation, String endless, String greedy) {
            this.conversation = conversation;
            this.endless = endless;
            this.greedy = greedy;
        }

        String configured() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    @BeforeAll
    static void open() {
        host = SandboxHost.ofShippedLanguages();
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @ParameterizedTest
    @EnumSource
    void input_arguments_environment_files_and_exit_code_arrive(Language language)
            throws Exception {
        var program =
                new Program(
                        language.configured(),
                        SandboxHost.bytes(language.conversation),
                        SandboxHost.bytes("zwei ü"),
                        List.of("a b", "ü"),
                        Map.of("WHO", "me"),
                        List.of(
                                new InputFile("data/x", SandboxHost.bytes("X")),
                                new InputFile("helper.h", SandboxHost.bytes("#define SEVEN 7\n"))),
                        Needs.NOTHING);

        var result = host.run(program, SandboxHost.LIMITS);

        assertThat(result.stdout().text())
                .as(result.toString() + result.stderr().text())
                .isEqualTo("zwei ü|['a b', 'ü']|me|X\n");
        assertThat(result.stderr().text()).isEqualTo("err");
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.compile() != null).isEqualTo(language == Language.C);
        assertThat(result.provenance().image()).startsWith("sha256:");
    }

    @ParameterizedTest
    @EnumSource
    void an_endless_program_meets_its_time_limit_and_its_output_is_kept(Language language)
            throws Exception {
        var result =
                run(
                        language.configured(),
                        language.endless,
                        new Limits(Duration.ofSeconds(2), 256 << 20, 1.0, 50, 1000, 32 << 20));

        assertThat(result.termination()).as(result.toString()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.stdout().text()).isEqualTo("so far\n");
        assertThat(result.usage().wall()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(result.evidence().limit()).isEqualTo("timeout");
    }

    @ParameterizedTest
    @EnumSource
    void a_greedy_program_meets_its_memory_limit_and_its_output_is_kept(Language language)
            throws Exception {
        var result = run(language.configured(), language.greedy, SMALL);

        assertThat(result.termination()).as(result.toString()).isEqualTo(Termination.OUT_OF_MEMORY);
        assertThat(result.stdout().text()).isEqualTo("so far\n");
        assertThat(result.evidence().limit()).isEqualTo("memory_limit");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node|process.exit(137)|137",
                "node|process.exitCode = 124|124",
                "node|setTimeout(() => process.exit(2), 10)|2",
                "bash|exit 124|124",
                "bash|exit 139|139",
                "bash|nosuchcommand|127",
                "c|int main(void) { return 137; }|137",
                "c|int main(void) { return 2; }|2"
            })
    void an_exit_code_is_the_programs_own(String language, String code, int expected)
            throws Exception {
        var result = run(language, code, SandboxHost.LIMITS);

        assertThat(result.termination()).isEqualTo(Termination.EXITED);
        assertThat(result.exitCode()).as(result.stderr().text()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node|process.kill(process.pid, 'SIGKILL'); for (;;);|9",
                "node|process.abort()|6",
                "bash|kill -9 $$|9",
                "bash|kill -TERM $$|15",
                "c|int main(void) { return *(volatile int *) 0; }|11",
                "c|#include <stdlib.h>%nint main(void) { abort(); }|6",
                "c|int main(void) { volatile int zero = 0; return 5 / zero; }|8"
            })
    void death_by_a_signal_is_the_programs_own(String language, String code, int signal)
            throws Exception {
        var result = run(language, code.replace("%n", "\n"), SandboxHost.LIMITS);

        assertThat(result.termination()).as(result.toString()).isEqualTo(Termination.SIGNALLED);
        assertThat(result.signal()).isEqualTo(signal);
        assertThat(result.exitCode()).isEqualTo(128 + signal);
    }

    @Test
    void an_uncaught_exception_is_exit_code_one_with_its_trace() throws Exception {
        var result =
                run("node", "function f() { throw new Error('no'); }\nf();", SandboxHost.LIMITS);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.stderr().text())
                .contains("Error: no", "at f (/tmp/work/main.js:1:", "/tmp/work/main.js:2:1");
    }

    @Test
    void a_full_heap_is_nodes_own_abort_where_it_comes_before_the_memory_limit() throws Exception {
        var program =
                new Program(
                        "node",
                        SandboxHost.bytes("const x = []; for (;;) x.push([1, 2, 3]);"),
                        new byte[0],
                        List.of(),
                        Map.of("NODE_OPTIONS", "--max-old-space-size=40"),
                        List.of(),
                        Needs.NOTHING);

        var result = host.run(program, SandboxHost.LIMITS);

        assertThat(result.termination()).as(result.toString()).isEqualTo(Termination.SIGNALLED);
        assertThat(result.stderr().text()).contains("heap out of memory");
        assertThat(result.oomKilled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 50})
    void node_has_enough_processes(int pids) throws Exception {
        var result =
                run(
                        "node",
                        """
                        const fs = require('fs'), crypto = require('crypto');
                        const all = [];
                        for (let i = 0; i < 16; i++) {
                            all.push(new Promise((done) => crypto.pbkdf2('a', 'b', 1000, 8, 'sha1', done)));
                            all.push(fs.promises.readFile('main.js'));
                        }
                        Promise.all(all).then(() => console.log(/^Threads:\\s*(\\d+)/m.exec(fs.readFileSync('/proc/self/status'))[1]));
                        """,
                        new Limits(Duration.ofSeconds(20), 256 << 20, 1.0, pids, 1000, 32 << 20));

        assertThat(result.exitCode()).as(result.stderr().text()).isZero();
        assertThat(Integer.parseInt(result.stdout().text().strip())).isBetween(5, pids);
    }

    @Test
    void node_modules_of_the_job_are_found() throws Exception {
        var program =
                new Program(
                        "node",
                        SandboxHost.bytes(
                                "console.log(require('./lib/half')(42), require('whole'))"),
                        new byte[0],
                        List.of(),
                        Map.of(),
                        List.of(
                                new InputFile(
                                        "lib/half.js",
                                        SandboxHost.bytes("module.exports = (n) => n / 2")),
                                new InputFile(
                                        "node_modules/whole/index.js",
                                        SandboxHost.bytes("module.exports = 'w'"))),
                        Needs.NOTHING);

        var result = host.run(program, SandboxHost.LIMITS);

        assertThat(result.stdout().text()).as(result.stderr().text()).isEqualTo("21 w\n");
    }

    private static ExecutionResult run(String language, String code, Limits limits)
            throws Exception {
        return host.run(SandboxHost.program(language, code), limits);
    }
}
