"""Runs a Python program as `python3 PROGRAM ARGS` would, but for two things.

    python3 guard.py [--block=NAME,NAME...] PROGRAM [ARGS...]
    python3 guard.py [--block=NAME,NAME...] [--import=NAME,NAME...] --ahead

1. Some modules cannot be imported by the program's own code (its main file and whatever lies below its directories, however
   the import is spelt and whether or not the module is loaded already). The standard library and installed packages go on
   importing them: asyncio, unittest.mock, concurrent.futures and numpy need them. This is a guard rail that tells honest
   code early what will not work; it is no wall. The wall is the sandbox.
2. Printed lines leave the process at once, so that they are kept when the program is killed, up to a rate at which that
   begins to cost (a system call per line would make a program that prints a million lines ten times slower).

With --ahead it starts before there is a program: it imports the modules named, writes a byte to descriptor 3, and reads from
there what its program and arguments are, each ended by NUL. A module that cannot be imported is left to the program.

Everything lives in functions that need no global name: the program becomes `__main__`, in this very module.
"""


def guard():
    import sys

    own_directory = sys.path[0]
    own_file = sys._getframe().f_code.co_filename
    arguments = sys.argv[1:]
    blocked = {"subprocess", "multiprocessing", "ctypes", "cffi"}

    def names_after(option):
        if arguments and arguments[0].startswith(option):
            return list(filter(None, arguments.pop(0)[len(option):].split(",")))
        return None

    named = names_after("--block=")
    if named is not None:
        blocked = set(named)
    imported_ahead = names_after("--import=") or []
    if not arguments:
        sys.exit("usage: guard.py [--block=NAME,NAME...] [--import=NAME,NAME...] PROGRAM [ARGS...] | --ahead")
    ahead = arguments == ["--ahead"]
    program = None if ahead else arguments[0]

    def block_imports():
        import os

        bootstrap = sys.modules["_frozen_importlib"]
        importlib_file = os.path.join(os.path.dirname(os.__file__), "importlib", "__init__.py")
        # What a program can write to, and where its files are. All else in a sandbox is the image's, read-only.
        places = {os.getcwd(), "/tmp", "/dev/shm", "/job"}
        if not ahead:
            places |= {os.path.dirname(os.path.abspath(program)), os.path.dirname(os.path.realpath(program))}
        own_places = tuple(place.rstrip("/") + "/" for place in places - {"/"})
        wait_until_loaded = bootstrap._lock_unlock_module

        def imported_by_program():
            frame = sys._getframe(2)
            while frame is not None:
                file = frame.f_code.co_filename
                if file.startswith("/") and file != importlib_file:
                    return file.startswith(own_places)
                if file.startswith("<frozen ") and not file.startswith("<frozen importlib"):
                    return False
                # The import system itself, or text that somebody executes: whoever comes next wants the module.
                frame = frame.f_back
            return True

        def refuse(name):
            raise ImportError(
                f"the module '{name.partition('.')[0]}' is blocked in this sandbox: programs cannot start other programs"
                " or load foreign code", name=name)

        def guards(name):
            return name.partition(".")[0] in blocked

        class Spec(bootstrap.ModuleSpec):
            """Of a module that is never quite loaded, so that every import of it passes wait_for below."""

            _initializing = property(lambda self: True, lambda self, value: None)

        class Finder:
            """Comes first: sees each import of a module that is not loaded yet."""

            @staticmethod
            def find_spec(name, path=None, target=None):
                if not guards(name):
                    return None
                if imported_by_program():
                    refuse(name)
                for finder in sys.meta_path:
                    if finder is not Finder:
                        spec = finder.find_spec(name, path, target)
                        if spec is not None:
                            spec.__class__ = Spec
                            return spec
                return None

        def wait_for(name):
            """Takes the place of the import system's wait for a module that another thread is loading."""
            if guards(name) and imported_by_program():
                refuse(name)
            return wait_until_loaded(name)

        # Python leaves frames of its import system out of the tracebacks of failed imports; so it does with ours.
        for function in (Finder.find_spec, wait_for, refuse):
            function.__code__ = function.__code__.replace(co_filename="<frozen importlib._bootstrap>")
        Spec.__name__ = Spec.__qualname__ = "ModuleSpec"
        bootstrap._lock_unlock_module = wait_for
        sys.meta_path.insert(0, Finder)

    def keep_printed_lines():
        import io
        from time import monotonic

        stream = sys.stdout
        if stream is None or stream.write_through or stream.line_buffering:
            return
        burst, per_second = 1000, 2000
        encoding, errors = stream.encoding, stream.errors
        real = stream.detach()

        class Lines:
            """What the text layer below writes to: passes everything on, but not every flush after a line."""

            allowance, last = burst, monotonic()
            write = real.write

            def flush(self):
                now = monotonic()
                self.allowance = min(burst, self.allowance + (now - self.last) * per_second)
                self.last = now
                if self.allowance >= 1:
                    self.allowance -= 1
                    real.flush()

            def __getattr__(self, name):
                return getattr(real, name)

        class Stdout(io.TextIOWrapper):
            """Python's own text layer, but for who decides on flushes after a line."""

            buffer = property(lambda self: real)

            def flush(self):
                super().flush()
                real.flush()

            def detach(self):
                self.flush()
                super().detach()
                return real

        Stdout.__name__ = Stdout.__qualname__ = "TextIOWrapper"
        Stdout.__module__ = "_io"
        sys.stdout = sys.__stdout__ = Stdout(Lines(), encoding, errors, "\n", line_buffering=True)
        sys.stdout.mode = "w"

    def wait_for_program():
        import io
        import importlib
        import os
        import time
        from importlib import machinery

        for name in imported_ahead:
            try:
                importlib.import_module(name)
            except ImportError:
                pass
        os.write(3, b"+")
        message = b""
        while part := os.read(3, 1 << 16):
            message += part
        os.close(3)
        if not message:
            os._exit(0)
        return [os.fsdecode(each) for each in message[:-1].split(b"\0")]

    def read_program():
        try:
            with open(program, "rb") as file:
                return file.read()
        except OSError as error:
            print(f"{sys.executable}: can't open file {program!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
            sys.exit(2)

    def compile_program(source):
        try:
            return compile(source, program, "exec", dont_inherit=True)
        except SyntaxError:
            not_utf8 = None if b"coding" in b"".join(source.split(b"\n")[:2]) else first_line_not_utf8(source)
            if not_utf8 is None:
                raise
        except ValueError:
            not_utf8 = "source code cannot contain null bytes"
        raise SyntaxError(not_utf8)

    def first_line_not_utf8(source):
        """What Python says of such a file; of such a string it says something else."""
        for number, line in enumerate(source.split(b"\n"), 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return (
                    f"Non-UTF-8 code starting with '\\x{line[error.start]:02x}' in file {program} on line {number}, but no"
                    " encoding declared; see https://peps.python.org/pep-0263/ for details")
        return None

    def become(main):
        """Makes this module look as it would had the program been started without us."""
        from importlib.machinery import SourceFileLoader

        for name in [name for name in main if not name.startswith("__")]:
            del main[name]
        main["__doc__"] = None
        main["__file__"] = program
        main["__loader__"] = SourceFileLoader("__main__", program)
        sys.argv[:] = arguments
        if sys.path and sys.path[0] == own_directory and not getattr(sys.flags, "safe_path", False):
            sys.path[0] = program.rpartition("/")[0]

    def show_only_the_program(error):
        """Leaves our own frames out of an uncaught exception's traceback."""
        hook = sys.excepthook

        def without_ours(traceback):
            while traceback is not None and traceback.tb_frame.f_code.co_filename == own_file:
                traceback = traceback.tb_next
            if traceback is not None:
                traceback.tb_next = without_ours(traceback.tb_next)
            return traceback

        def show(kind, value, traceback):
            traceback = without_ours(value.__traceback__)
            sys.excepthook = hook
            hook(kind, value.with_traceback(traceback), traceback)

        sys.excepthook = show

    def run(main):
        become(main)
        try:
            # From here on whatever happens is the program's, and Python handles it as ever: exit codes, SIGINT, flushing.
            exec(compile_program(read_program()), main)
        except SystemExit:
            raise
        except BaseException as error:
            show_only_the_program(error)
            raise

    block_imports()
    if ahead:
        arguments = wait_for_program()
        program = arguments[0]
    keep_printed_lines()
    run(sys.modules["__main__"].__dict__)


# With globals of its own: what it leaves behind must not keep the program's alive when Python ends.
type(guard)(guard.__code__, {"__builtins__": __builtins__, "__name__": "__main__"})()
