package dev.kiln.sandbox.docker;

import dev.kiln.job.InputFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directory on the host that one container sees read-only as {@code /job}. The container cannot
 * write to it, and this class only ever creates what is not there and deletes: no name in it can
 * lead anywhere else.
 *
 * @param path its place on the host, below a directory that only the worker may enter
 */
record InputDir(Path path) {
    /** Where the container sees it. */
    static final String INSIDE = "/job";

    private static final String FILES = "files";

    /** Makes it, empty. The parent is made too, closed to everyone but the worker. */
    static InputDir create(Path parent, String name) throws IOException {
        if (!Files.isDirectory(parent)) {
            Files.createDirectories(
                    parent,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Path path = directory(parent.resolve(name));
        directory(path.resolve(FILES));
        return new InputDir(path);
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
        Path below = path.resolve(FILES);
        for (InputFile file : files) {
            Path target = below.resolve(file.path());
            makeParents(below, target);
            write(target, file.content());
        }
        write((taken(source, files) ? path : below).resolve(source), code);
        write(path.resolve("stdin"), stdin);
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
        Files.write(path, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
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
