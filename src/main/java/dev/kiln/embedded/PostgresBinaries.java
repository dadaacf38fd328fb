package dev.kiln.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL server unpacked from the archive on the class path, once per archive and machine.
 *
 * @param root the folder that holds {@code bin}, {@code lib} and {@code share}
 */
record PostgresBinaries(Path root) {

    /**
     * Unpacks into a folder of {@code cache} named after the archive's content, or finds it there.
     */
    static PostgresBinaries unpackedIn(Path cache) {
        String archive = archiveName();
        try {
            Path target = cache.resolve("postgres-" + fingerprint(archive));
            if (!Files.isDirectory(target)) {
                Files.createDirectories(cache);
                publish(unpack(archive, Files.createTempDirectory(cache, "unpacking-")), target);
            }
            return new PostgresBinaries(target);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack PostgreSQL into " + cache, e);
        }
    }

    /** The full path of one of its programs. */
    String program(String name) {
        return root.resolve("bin").resolve(name).toString();
    }

    private static String archiveName() {
        String arch = System.getProperty("os.arch");
        return switch (arch) {
            case "amd64", "x86_64" -> "postgres-linux-x86_64.txz";
            case "aarch64", "arm64" -> "postgres-linux-arm_64.txz";
            default ->
                    throw new ServerStartException(
                            "no embedded PostgreSQL for this processor (%s): set QUARKUS_DATASOURCE_JDBC_URL to a server"
                                    .formatted(arch));
        };
    }

    private static InputStream open(String archive) {
        var in = PostgresBinaries.class.getResourceAsStream("/" + archive);
        if (in == null) {
            throw new ServerStartException(
                    "the embedded PostgreSQL (%s) is not on the class path: build with `mvn package` and start ./kiln"
                            .formatted(archive));
        }
        return in;
    }

    private static String fingerprint(String archive) throws IOException {
        var crc = new CRC32();
        try (var in = open(archive)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
            }
        }
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static Path unpack(String archive, Path into) throws IOException {
        try (var tar =
                new TarArchiveInputStream(
                        new XZInputStream(new BufferedInputStream(open(archive), 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path file = into.resolve(entry.getName()).normalize();
                if (!file.startsWith(into)) {
                    throw new IOException("archive entry outside its folder: " + entry.getName());
                }
                write(tar, entry, file);
            }
        }
        return into;
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path file)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.resolveSibling("."));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, file);
        if ((entry.getMode() & 0111) != 0) {
            var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
            Files.setPosixFilePermissions(file, permissions);
        }
    }

    /**
     * Appears whole or not at all, also when several processes unpack at the same time: the first
     * one wins.
     */
    private static void publish(Path unpacked, Path target) throws IOException {
        Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Files.move(unpacked, target);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException anotherProcessWasFirst) {
            FileTree.delete(unpacked);
        }
    }
}
