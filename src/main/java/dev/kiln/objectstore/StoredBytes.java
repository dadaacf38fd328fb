package dev.kiln.objectstore;

import dev.kiln.job.StoredObject;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Bytes of an object on their way. To be read once, by one thread; piece by piece, so that none of
 * them has to fit into memory.
 */
public final class StoredBytes {
    private static final int PIECE = 64 << 10;

    private final InputStream in;
    private final Runnable abort;
    private final StoredObject object;
    private final long length;

    /**
     * @param abort lets go of what was not read
     * @param length how many bytes of the object come
     */
    StoredBytes(InputStream in, Runnable abort, StoredObject object, long length) {
        this.in = in;
        this.abort = abort;
        this.object = object;
        this.length = length;
    }

    /** How many there are. */
    public long length() {
        return length;
    }

    /**
     * Copies all of them. The last piece of a whole object is not written before the object was
     * found to be the one that was put: whoever gets all bytes got the right ones.
     *
     * @throws IOException when they end early, are others than were put, or cannot be written
     */
    public void copyTo(OutputStream out) throws IOException {
        boolean done = false;
        try {
            copy(out);
            done = true;
        } finally {
            if (done) {
                in.close();
            } else {
                abort.run();
            }
        }
    }

    /**
     * All of them, for who has memory for them.
     *
     * @throws ObjectDamaged when they are others than were put
     * @throws ObjectStoreUnavailable when they end early: the same call may succeed later
     */
    public byte[] readAll() {
        var bytes = new ByteArrayOutputStream((int) length);
        try {
            copyTo(bytes);
        } catch (Mismatch e) {
            throw new ObjectDamaged(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new ObjectStoreUnavailable(String.valueOf(e.getMessage()), e);
        }
        return bytes.toByteArray();
    }

    /** They are not what was put. */
    private static final class Mismatch extends IOException {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message);
        }
    }

    private void copy(OutputStream out) throws IOException {
        var digest = sha256();
        byte[] piece = new byte[PIECE];
        long left = length;
        while (left > 0) {
            int wanted = (int) Math.min(piece.length, left);
            if (in.readNBytes(piece, 0, wanted) < wanted) {
                throw new EOFException("the object %s ended early".formatted(object.key()));
            }
            left -= wanted;
            digest.update(piece, 0, wanted);
            if (left == 0 && length == object.bytes()) {
                requireHash(digest.digest());
            }
            out.write(piece, 0, wanted);
        }
    }

    private void requireHash(byte[] hash) throws IOException {
        if (!HexFormat.of().formatHex(hash).equals(object.sha256())) {
            throw new Mismatch("the object %s is not the one that was put".formatted(object.key()));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
