package dev.kiln.cli.client;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A folder of the user's that artifacts are written to. Their names were made up by somebody else's
 * program: nothing is written outside the folder, no link is followed, and nothing is overwritten.
 */
public final class ArtifactFolder {
    private final Path root;

    private ArtifactFolder(Path root) {
        this.root = root;
    }

    /**
     * The folder of that name, made if it is not there.
     *
     * @throws CliException when it cannot be
     */
    public static ArtifactFolder open(String name) {
        try {
            Path path = Path.of(name);
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path);
            }
            return new ArtifactFolder(path.toRealPath());
        } catch (IOException | InvalidPathException e) {
            throw new CliException(
                    "cannot make the folder %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * Writes one.
     *
     * @param path of the artifact, '/'-separated
     * @throws CliException when the path leads elsewhere or something is there already
     */
    public void write(String path, byte[] content) {
        var names = requirePlain(path).split("/", -1);
        try {
            Path at = root;
            for (int i = 0; i < names.length - 1; i++) {
                at = folder(at.resolve(names[i]));
            }
            // Never through a link: what is there already is not opened at all.
            Files.write(
                    at.resolve(names[names.length - 1]),
                    content,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new CliException(
                    "%s is there already and was not touched: name an empty folder"
                            .formatted(e.getFile()),
                    e);
        } catch (IOException | InvalidPathException e) {
            throw new CliException("cannot write %s: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static Path folder(Path path) throws IOException {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                ? path
                : Files.createDirectory(path);
    }

    /**
     * The path, if it leads downwards alone.
     *
     * @throws CliException when it does not
     */
    public static String requirePlain(String path) {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.chars().anyMatch(Character::isISOControl)) {
                throw new CliException(
                        "the server names an artifact whose path leads elsewhere: nothing was written");
            }
        }
        return path;
    }
}
