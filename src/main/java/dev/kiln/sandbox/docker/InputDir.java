package dev.kiln.sandbox.docker;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.kiln.job.Context;
import dev.kiln.job.InputFile;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directory on the host with what one container gets: one folder that it sees read-only as
 * {@code /job}, one that it sees read-only as {@code /mnt}. The container cannot write to it, and
 * this class only ever creates what is not there and deletes: no name in it can lead anywhere else.
 *
 * @param path its place on the host, below a directory that only the worker may enter
 */
record InputDir(Path path) {
    /** Where the container sees it. */
    static final String INSIDE = "/job";

    /** Where the container sees the folder of the context. */
    static final String CONTEXT_INSIDE = "/mnt";

    private static final String FILES = "files";
    private static final String CONTEXT = "context";

    /** Makes it, empty. The parent is made too, closed to everyone but the worker. */
    static InputDir create(Path parent, String name) throws IOException {
        if (!Files.isDirectory(parent)) {
            Files.createDirectories(
                    parent,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Path path = directory(parent.resolve(name));
        var input = new InputDir(path);
        directory(input.job());
        directory(input.job().resolve(FILES));
        write(input.stdin(), new byte[0]);
        directory(input.mnt());
        return input;
    }

    /** What the container sees as {@value #INSIDE}. */
    Path job() {
        return path.resolve("job");
    }

    /**
     * The program's standard input. It is there from the start, empty: an interpreter that waits
     * for its program has it open already.
     */
    private Path stdin() {
        return job().resolve("stdin");
    }

    /**
     * What the container sees as {@value #CONTEXT_INSIDE}: empty, unless there is a context. A
     * mount of the folder, not of the file, since containers are made before anybody knows whether
     * there will be one.
     */
    Path mnt() {
        return path.resolve("mnt");
    }

    /**
     * Fills it; the container may run already.
     *
     * @param source the name of the code: beside the files, or above them when one of them has that
     *     name
     * @throws IOException also when two files are in each other's way, such as {@code a} and {@code
     *     a/b}
     */
    void fill(String source, byte[] code, byte[] stdin, List<InputFile> files) throws IOException {
        Path below = job().resolve(FILES);
        for (InputFile file : files) {
            Path target = below.resolve(file.path());
            makeParents(below, target);
            write(target, file.content());
        }
        write((taken(source, files) ? job() : below).resolve(source), code);
        if (stdin.length > 0) {
            Files.write(stdin(), stdin, WRITE);
        }
    }

    /**
     * Writes the context; the container may run already, its program not yet.
     *
     * @throws SandboxFault when an uploaded one cannot be had
     */
    void fillContext(Context context, ContextSource contexts) throws IOException, SandboxFault {
        Path file = mnt().resolve(CONTEXT);
        try (var out = Files.newOutputStream(file, CREATE_NEW, WRITE)) {
            switch (context) {
                case Context.Inline(byte[] content) -> out.write(content);
                case Context.Uploaded uploaded -> contexts.copy(uploaded, out);
            }
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    }

    /** Whether one of the files has the code's name. */
    static boolean taken(String source, List<InputFile> files) {
        return files.stream().anyMatch(file -> file.top().equals(source));
    }

    private static void makeParents(Path root, Path file) throws IOException {
        Path at = root;
        for (Path segment : root.relativize(file)) {
            at = at.resolve(segment);
            if (!at.equals(file) && !Files.isDirectory(at)) {
                directory(at);
            }
        }
    }

    private static Path directory(Path path) throws IOException {
        Files.createDirectory(path);
        // Not by file attribute, which the umask would narrow: uid 1000 of the container must be
        // able to look in.
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path path, byte[] content) throws IOException {
        Files.write(path, content, CREATE_NEW, WRITE);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /**
     * Deletes it with all it holds; no harm when it is gone already. Links are deleted, never
     * followed.
     */
    void delete() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path dir, @Nullable IOException failed) throws IOException {
                        if (failed != null) {
                            throw failed;
                        }
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
