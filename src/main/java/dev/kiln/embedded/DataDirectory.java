package dev.kiln.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The folder that the embedded servers keep their data in, held by one process at a time. The
 * kernel gives the lock back when its holder dies in whatever way, so a lock is never stale.
 */
public final class DataDirectory implements AutoCloseable {

    private static final String TEMPORARY = "kiln-data-";
    private static final String POSTGRES = "postgres";
    private static final Duration SURELY_LOCKED = Duration.ofMinutes(1);

    /**
     * What this process holds. POSIX drops a process's locks on a file as soon as it closes that
     * file anywhere, so a file that is locked here must not even be looked at here.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final boolean temporary;
    private final boolean durable;
    private final FileChannel channel;

    private DataDirectory(Path root, boolean temporary, boolean durable) throws IOException {
        this.root = root;
        this.temporary = temporary;
        this.durable = durable;
        this.channel = lock(root);
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
            return new DataDirectory(root.toRealPath(), false, true);
        } catch (IOException e) {
            throw new ServerStartException("cannot use the data folder " + root + ": " + e, e);
        }
    }

    /** A new folder, deleted when it is closed. */
    public static DataDirectory temporary() {
        return temporary(Path.of(System.getProperty("java.io.tmpdir")), false);
    }

    /**
     * A new folder in that one, deleted when it is closed, whose database writes to the disk as one
     * that is kept does: for measurements.
     *
     * @param parent made if it is not there
     */
    public static DataDirectory temporaryAsKept(Path parent) {
        return temporary(parent, true);
    }

    private static DataDirectory temporary(Path parent, boolean durable) {
        try {
            sweep(Files.createDirectories(parent));
            Path root =
                    Files.createTempDirectory(
                            parent, TEMPORARY + ProcessHandle.current().pid() + "-");
            return new DataDirectory(root.toRealPath(), true, durable);
        } catch (IOException e) {
            throw new ServerStartException("cannot make a temporary data folder: " + e, e);
        }
    }

    /**
     * Deletes what processes left behind that could not: folders whose lock nobody holds any more.
     */
    static void sweep(Path parent) throws IOException {
        try (var folders = Files.newDirectoryStream(parent, TEMPORARY + "*")) {
            for (Path folder : folders) {
                if (isAbandoned(folder)) {
                    Postmaster.clear(folder.resolve(POSTGRES));
                    FileTree.delete(folder);
                }
            }
        }
    }

    private static boolean isAbandoned(Path folder) {
        Path file = folder.resolve("lock");
        try {
            // A folder of that name that somebody else made may lead anywhere.
            if (!Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS)
                    .equals(Files.getOwner(Path.of("/proc/self")))) {
                return false;
            }
            // Between making and locking a new folder, its lock is free too.
            boolean young =
                    Files.getLastModifiedTime(file)
                            .toInstant()
                            .isAfter(Instant.now().minus(SURELY_LOCKED));
            if (young || HELD.contains(folder.toRealPath()) || madeHere(folder)) {
                return false;
            }
            var channel = lockedFile(file);
            channel.ifPresent(DataDirectory::close);
            return channel.isPresent();
        } catch (IOException notOursToJudge) {
            return false;
        }
    }

    private static synchronized FileChannel lock(Path root) throws IOException {
        if (!HELD.contains(root)) {
            var channel = lockedFile(root.resolve("lock"), StandardOpenOption.CREATE);
            if (channel.isPresent()) {
                HELD.add(root);
                return channel.get();
            }
        }
        throw new ServerStartException(
                "another Kiln is running on %s: stop it first, or set KILN_DATA to another folder"
                        .formatted(root));
    }

    private static Optional<FileChannel> lockedFile(Path file, OpenOption... options)
            throws IOException {
        var writing = Stream.concat(Stream.of(options), Stream.of(StandardOpenOption.WRITE));
        var channel = FileChannel.open(file, writing.toArray(OpenOption[]::new));
        if (channel.tryLock() != null) {
            return Optional.of(channel);
        }
        channel.close();
        return Optional.empty();
    }

    /**
     * Also by a class of the same name from another class loader, whose {@link #HELD} is another
     * one.
     */
    private static boolean madeHere(Path folder) {
        return folder.getFileName()
                .toString()
                .startsWith(TEMPORARY + ProcessHandle.current().pid() + "-");
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether what is written must be on the disk, and not only with the kernel. */
    boolean isDurable() {
        return durable;
    }

    /** Where the broker's log is. */
    Path kafka() {
        return root.resolve("kafka");
    }

    /** Where the database cluster is. */
    Path postgres() {
        return root.resolve(POSTGRES);
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
        } finally {
            HELD.remove(root);
        }
    }
}
