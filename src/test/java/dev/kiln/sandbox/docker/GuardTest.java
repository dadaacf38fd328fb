package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Python guard against plain Python, with the host's interpreter; InputOutputIT and IsolationIT
 * have it in the sandbox.
 */
class GuardTest {
    private static final Path GUARD = Path.of("docker/runner/python/guard.py").toAbsolutePath();
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    @TempDir private Path dir;

    /** What came of running a program. */
    record Outcome(int status, String out, String err) {}

    static Stream<String> programs() {
        return Stream.of(
                "",
                "print(1)",
                "x = (",
                "def f():\nreturn 1",
                "1/0",
                "def f(n):\n    return 1 / n\n\nprint('a')\nf(0)",
                "try:\n    1/0\nexcept Exception as e:\n    raise ValueError('x') from e",
                "import sys\nsys.exit(3)",
                "import sys\nsys.exit('bye')",
                "raise SystemExit",
                "raise KeyboardInterrupt",
                "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",
                "import os\nos._exit(4)",
                "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A, A.__module__)",
                "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\nprint(P())",
                "import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f), inspect.getmodule(f))",
                "import __main__\nprint(__name__, __main__.__file__ == __file__, __spec__, __package__, __doc__, sorted(globals()))",
                "'''d'''\nprint(__doc__)",
                "def f(x: undefined): pass",
                "import sys\nprint(sys.argv[1:])",
                "import sys, os\nprint(sys.path[0] == os.path.dirname(__file__), len(sys.path))",
                "import helper\nprint(helper.x)\nhelper.fail()",
                "print(input())\nimport sys\nprint(sys.stdin.read())",
                "import sys\nsys.excepthook = lambda t, v, tb: print(t.__name__, tb.tb_lineno, tb.tb_next)\n1/0",
                "import threading\nt = threading.Thread(target=lambda: 1/0, name='T')\nt.start()\nt.join()",
                "import nonexist",
                "import traceback\ntry:\n    import nonexist\nexcept ImportError:\n    traceback.print_exc()",
                "for i in range(30000): print(i)",
                "print('no newline', end='')",
                "import os, sys\nprint('before', flush=True)\npid = os.fork()\nif pid == 0:\n    print('child')\n    sys.exit(0)\nos.waitpid(pid, 0)\nprint('parent')",
                "import sys\nsys.stdout.close()",
                "import io, contextlib\nb = io.StringIO()\nwith contextlib.redirect_stdout(b): print('in')\nprint(repr(b.getvalue()))",
                "import sys\nsys.stdout.reconfigure(encoding='utf-16')\nprint('x')",
                "import sys\nprint(sys.stdout.mode, sys.stdout.name, sys.stdout.encoding, sys.stdout.errors, sys.stdout.isatty(), repr(sys.stdout), type(sys.stdout), type(sys.stdout.buffer))",
                "import warnings\nwarnings.warn('careful')\nwarnings.warn('old', DeprecationWarning)",
                "import asyncio\nasync def m(): print('ok')\nasyncio.run(m())",
                "import unittest.mock, concurrent.futures\nwith concurrent.futures.ThreadPoolExecutor(2) as e: print(list(e.map(abs, [-1])))\nprint(concurrent.futures.ProcessPoolExecutor.__name__)",
                "import doctest\nprint(doctest.testmod())",
                "print('é日本')\nraise ValueError('日')",
                "import os\nos.remove(__file__)\n1/0",
                "import sys\nprint('gc' in sys.modules)\nimport gc\nprint(gc.isenabled(), gc.get_threshold())",
                "import gc\nclass A:\n    def __del__(self): print('gone')\na = A()\na.a = a\ndel a\nprint(gc.collect() > 0)\nb = A()\nb.b = b",
                "class A:\n    def __del__(self): print('gone')\nb = A()",
                "def f(): pass\nclass A:\n    def __del__(self): print('gone')\nb = A()\nb.f = f",
                "import atexit\natexit.register(print, 'bye')\n1/0");
    }

    @ParameterizedTest
    @MethodSource("programs")
    void a_program_cannot_tell_the_guard_from_plain_python(String code) throws Exception {
        assertThat(guarded(code)).isEqualTo(plain(code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import subprocess",
                "import subprocess as s",
                "from subprocess import run",
                "import multiprocessing.pool",
                "from multiprocessing import Process",
                "import ctypes",
                "from ctypes import util",
                "import cffi",
                "__import__('subprocess')",
                "import importlib; importlib.import_module('subprocess')",
                "import importlib; importlib.import_module('multiprocessing.pool')",
                "import importlib; importlib.__import__('subprocess')",
                "exec('import subprocess')",
                "eval(\"__import__('ctypes')\")",
                "def f():\n    import subprocess\nf()",
                "import asyncio.subprocess\nimport subprocess",
                "import unittest.mock, concurrent.futures.process\nfrom multiprocessing import Queue",
                "import asyncio.subprocess, sys\nassert 'subprocess' in sys.modules\n__import__('subprocess')",
                "import asyncio.subprocess, importlib\nimportlib.import_module('subprocess')",
                "import threading\nerrors = []\ndef f():\n    try:\n        import subprocess\n    except ImportError as e: errors.append(e)\nt = threading.Thread(target=f)\nt.start(); t.join()\nraise errors[0]"
            })
    void the_programs_own_import_of_a_blocked_module_fails(String code) throws Exception {
        var outcome = guarded(code);

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .containsPattern("\nImportError: the module '\\w+' is blocked in this sandbox")
                .doesNotContain("guard.py");
    }

    @Test
    void a_files_import_is_the_programs_too() throws Exception {
        Files.writeString(dir.resolve("sly.py"), "import subprocess");

        assertThat(guarded("import sly").err())
                .contains(
                        "line 1, in <module>\n    import subprocess\nImportError: the module 'subprocess'");
    }

    @Test
    void a_blocked_import_can_be_caught() throws Exception {
        var outcome =
                guarded("try:\n    import subprocess\nexcept ImportError as e:\n    print(e.name)");

        assertThat(outcome).isEqualTo(new Outcome(0, "subprocess\n", ""));
    }

    @Test
    void the_list_can_be_set() throws Exception {
        assertThat(
                        run(
                                        List.of(
                                                PYTHON.toString(),
                                                GUARD.toString(),
                                                "--block=json,wave"),
                                        "import subprocess\nimport json")
                                .err())
                .contains("the module 'json' is blocked");
        assertThat(
                        run(
                                        List.of(PYTHON.toString(), GUARD.toString(), "--block="),
                                        "import subprocess, ctypes")
                                .status())
                .isZero();
    }

    @Test
    void printed_lines_are_out_before_a_kill() throws Exception {
        assertThat(
                        guarded(
                                "print('one')\nprint('two')\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
                .isEqualTo(new Outcome(137, "one\ntwo\n", ""));
    }

    @Test
    void a_flush_that_is_asked_for_is_made_however_much_was_printed() throws Exception {
        var outcome =
                guarded(
                        "for i in range(20000): print(i)\nprint('asked', flush=True)\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)");

        assertThat(outcome.out()).endsWith("19999\nasked\n");
    }

    @Test
    void code_that_is_not_utf8_is_explained_as_ever() throws Exception {
        Path program =
                Files.write(
                        dir.resolve("main.py"),
                        new byte[] {'#', '\n', 'x', '=', '"', (byte) 0xff, '"', '\n'});

        assertThat(run(List.of(PYTHON.toString(), GUARD.toString()), program).err())
                .startsWith(
                        "SyntaxError: Non-UTF-8 code starting with '\\xff' in file "
                                + program
                                + " on line 2");
    }

    private Outcome guarded(String code) throws IOException, InterruptedException {
        return run(List.of(PYTHON.toString(), GUARD.toString()), code);
    }

    private Outcome plain(String code) throws IOException, InterruptedException {
        return run(List.of(PYTHON.toString()), code);
    }

    private Outcome run(List<String> command, String code)
            throws IOException, InterruptedException {
        Files.writeString(
                dir.resolve("helper.py"), "x = 1\ndef fail():\n    raise KeyError('h')\n");
        return run(command, Files.writeString(dir.resolve("main.py"), code));
    }

    private Outcome run(List<String> command, Path program)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(command);
        all.addAll(List.of(program.toString(), "a", "b c", ""));
        Path stdin = Files.writeString(dir.resolve("stdin"), "line 1\nline 2\n");
        var builder = new ProcessBuilder(all).directory(dir.toFile()).redirectInput(stdin.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH",
                                "/usr/bin:/bin",
                                "LANG",
                                "C.UTF-8",
                                "PYTHONDONTWRITEBYTECODE",
                                "1"));
        var process = builder.start();
        var err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
        String out = text(process.getInputStream());
        return new Outcome(process.waitFor(), out, err.join());
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
