package dev.kiln.sandbox.docker;

import dev.kiln.job.Artifact;
import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Artifacts;
import dev.kiln.job.Omission;
import dev.kiln.job.Omission.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what the runner brings out, and holds it to what it was told: never more files or bytes
 * than the caps, no path twice, no path that leads elsewhere. Safe for use by many threads.
 */
final class ArtifactCollector implements ArtifactListener {
    /** Omissions that the runner tells by name, and one for each pattern. */
    private static final int MAX_TOLD = 100;

    /** The reasons that the runner may give, in its numbering from 1. */
    private static final List<Reason> OF_RUNNER =
            List.of(
                    Reason.LINK,
                    Reason.SPECIAL,
                    Reason.DIRECTORY,
                    Reason.UNREADABLE,
                    Reason.TOO_LARGE,
                    Reason.OVER_TOTAL,
                    Reason.TOO_MANY,
                    Reason.TOO_DEEP,
                    Reason.NAME,
                    Reason.TIME);

    private final ArtifactRequest request;
    private final List<Artifact> files = new ArrayList<>();
    private final List<Omission> omitted = new ArrayList<>();
    private final Set<String> paths = new HashSet<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private byte @Nullable [] current;
    private long bytes;
    private int told;
    private int begun;
    private long omittedCount;
    private boolean over;

    ArtifactCollector(ArtifactRequest request) {
        this.request = request;
    }

    @Override
    public synchronized void onFile(ByteBuffer path) throws MalformedReport {
        byte[] name = path(path);
        expect(current == null, "two artifacts at once");
        // A file may turn out unreadable after its name has gone out, and then counts for nothing.
        expect(begun++ < request.maxFiles() + MAX_TOLD, "more artifacts than may be");
        current = name;
        content.reset();
    }

    @Override
    public synchronized void onFileBytes(ByteBuffer more) throws MalformedReport {
        expect(current != null && !over, "bytes of no artifact");
        int n = more.remaining();
        bytes += n;
        expect(bytes <= request.maxBytes(), "more bytes of artifacts than may be");
        expect(content.size() + (long) n <= request.maxFileBytes(), "too large an artifact");
        content.write(more.array(), more.arrayOffset() + more.position(), n);
    }

    @Override
    public synchronized void onFileEnd(int reason) throws MalformedReport {
        byte[] name = current;
        if (name == null || over) {
            throw new MalformedReport("the end of no artifact");
        }
        current = null;
        if (reason != 0) {
            omit(reason(reason), name);
            return;
        }
        String path = ArtifactPath.text(name).orElse(null);
        if (path == null) {
            omit(Reason.NAME, name);
            omittedCount++;
            return;
        }
        expect(files.size() < request.maxFiles(), "more artifacts than may be");
        expect(paths.add(path), "an artifact twice");
        byte[] kept = content.toByteArray();
        files.add(new Artifact(path, kept.length, sha256(kept), kept));
        content.reset();
    }

    @Override
    public synchronized void onLeftOut(int reason, ByteBuffer path) throws MalformedReport {
        byte[] name = new byte[path.remaining()];
        path.get(name);
        // Empty where the work directory itself cannot be read.
        expect(name.length == 0 || ArtifactPath.plausible(name), "no path of an artifact");
        expect(!request.isEmpty() && !over, "artifacts that nobody asked for");
        expect(current == null, "two artifacts at once");
        expect(told++ < MAX_TOLD, "more omissions than may be");
        omit(reason(reason), name);
    }

    @Override
    public synchronized void onCollected(long matched, long left, boolean everywhere)
            throws MalformedReport {
        expect(!request.isEmpty() && !over, "artifacts that nobody asked for");
        expect(current == null, "an artifact without an end");
        omittedCount = Math.addExact(omittedCount, left);
        over = true;
        for (int i = 0; i < request.patterns().size(); i++) {
            if ((matched >> i & 1) == 0) {
                omitPattern(i, everywhere ? Reason.MISSING : Reason.NOT_COLLECTED);
            }
        }
    }

    /** What came of it until now; what was not heard of to its end was not collected. */
    synchronized Artifacts collected() {
        if (!over) {
            over = true;
            for (int i = 0; i < request.patterns().size(); i++) {
                omitPattern(i, Reason.NOT_COLLECTED);
            }
        }
        return new Artifacts(files, omitted, Math.max(omittedCount, omitted.size()));
    }

    private void omitPattern(int index, Reason reason) {
        omitted.add(new Omission(request.patterns().get(index), reason));
        omittedCount++;
    }

    private void omit(Reason reason, byte[] path) {
        String shown = path.length == 0 ? "." : ArtifactPath.shown(path);
        if (omitted.size() < MAX_TOLD) {
            omitted.add(new Omission(shown, reason));
        }
    }

    private byte[] path(ByteBuffer path) throws MalformedReport {
        byte[] name = new byte[path.remaining()];
        path.get(name);
        expect(ArtifactPath.plausible(name), "no path of an artifact");
        expect(!request.isEmpty() && !over, "artifacts that nobody asked for");
        return name;
    }

    private static Reason reason(int number) throws MalformedReport {
        expect(number >= 1 && number <= OF_RUNNER.size(), "no reason for an omission");
        return OF_RUNNER.get(number - 1);
    }

    private static void expect(boolean condition, String trouble) throws MalformedReport {
        if (!condition) {
            throw new MalformedReport(trouble);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
