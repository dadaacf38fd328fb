package dev.kiln.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The folder that the embedded servers keep their data in, held by one process at a time. The
 * kernel gives the lock back when its holder dies in whatever way, so a lock is never stale.
 */
public final class DataDirectory implements AutoCloseable {

    private final Path root;
    private final boolean temporary;
    private final FileChannel channel;

    private DataDirectory(Path root, boolean temporary, FileChannel channel) {
        this.root = root;
        this.temporary = temporary;
        this.channel = channel;
    }

    /**
     * A folder whose content outlives this process.
     *
     * @throws ServerStartException when another process holds it
     */
    public static DataDirectory kept(Path root) {
        try {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            return new DataDirectory(root, false, lock(root));
        } catch (IOException e) {
            throw new ServerStartException("cannot use the data folder " + root + ": " + e, e);
        }
    }

    /** A new folder, deleted when it is closed. */
    public static DataDirectory temporary() {
        try {
            Path root = Files.createTempDirectory("kiln-");
            return new DataDirectory(root, true, lock(root));
        } catch (IOException e) {
            throw new ServerStartException("cannot make a temporary data folder: " + e, e);
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        var channel =
                FileChannel.open(
                        root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) != null) {
                return channel;
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new ServerStartException(
                "another Kiln is running on %s: stop it first, or set KILN_DATA to another folder"
                        .formatted(root));
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    /** Whether the content is deleted at the end, so that nobody needs it on a disk. */
    boolean isTemporary() {
        return temporary;
    }

    /** Where the broker's log is. */
    Path kafka() {
        return root.resolve("kafka");
    }

    /** Where the database cluster is. */
    Path postgres() {
        return root.resolve("postgres");
    }

    /** The log file of one of the servers. */
    public Path log(String name) {
        try {
            return Files.createDirectories(root.resolve("logs")).resolve(name + ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder itself. */
    public Path root() {
        return root;
    }

    /** Gives the folder back; a temporary one is gone afterwards. */
    @Override
    public void close() {
        try (channel) {
            if (temporary) {
                FileTree.delete(root);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + root, e);
        }
    }
}
