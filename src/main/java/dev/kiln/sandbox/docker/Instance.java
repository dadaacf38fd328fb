package dev.kiln.sandbox.docker;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * This process among all that share a home directory, told apart by a lock on a file: the kernel
 * drops the lock when the process ends, however it ends. Unlike a process id it cannot be taken by
 * another, and it holds across containers.
 */
final class Instance implements Closeable {
    /** Locks of this process: testing one by opening its file again would drop it (POSIX). */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private static final String SUFFIX = ".lock";

    private final Path directory;
    private final String id;
    private final FileChannel channel;

    private Instance(Path directory, String id, FileChannel channel) {
        this.directory = directory;
        this.id = id;
        this.channel = channel;
    }

    /** Takes a new identity in the home directory. */
    static Instance claim(Path home) throws IOException {
        Path directory = Files.createDirectories(home.toAbsolutePath().resolve("workers"));
        byte[] random = new byte[6];
        ThreadLocalRandom.current().nextBytes(random);
        String id = HexFormat.of().formatHex(random);
        Path file = directory.resolve(id + SUFFIX);
        OURS.add(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            throw new IOException("a new file is locked: " + file);
        }
        return new Instance(directory, id, channel);
    }

    /** Twelve hexadecimal digits. */
    String id() {
        return id;
    }

    /** Whether the process that took the identity may still live; when in doubt it does. */
    boolean alive(String other) throws IOException {
        Path file = directory.resolve(other + SUFFIX);
        if (OURS.contains(file)) {
            return true;
        }
        if (!Files.exists(file)) {
            return false;
        }
        try (var theirs = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = theirs.tryLock()) {
            return lock == null;
        }
    }

    /** Forgets a dead process: to be called when nothing of it is left. */
    void forget(String dead) throws IOException {
        Files.deleteIfExists(directory.resolve(dead + SUFFIX));
    }

    /**
     * The identities of all processes, living and dead, that this one does not know to be its own.
     */
    Set<String> others() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> !OURS.contains(file))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .collect(java.util.stream.Collectors.toUnmodifiableSet());
        }
    }

    /** Gives the identity up; nothing may be left that carries it. */
    @Override
    public void close() throws IOException {
        Path file = directory.resolve(id + SUFFIX);
        Files.deleteIfExists(file);
        channel.close();
        OURS.remove(file);
    }
}
