package dev.kiln.dashboard;

import dev.kiln.job.Artifact;
import dev.kiln.job.JobId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A file that a program left behind, and the way to it. Its path is the program's choice: it is
 * shown with what is invisible named, in an address each of its names is encoded to the last
 * character, and what a browser is to call it has nothing but what can be seen.
 *
 * @param path below the work directory, as text
 * @param size in words
 * @param link where it is fetched
 * @param name what it is saved as, unless the browser knows better
 */
record ArtifactLine(String path, String size, String link, String name) {
    static ArtifactLine of(JobId job, Artifact artifact) {
        String[] names = artifact.path().split("/", -1);
        String link =
                Arrays.stream(names)
                        .map(ArtifactLine::encoded)
                        .collect(
                                Collectors.joining(
                                        "/", "/ui/v1/jobs/%s/artifacts/".formatted(job), ""));
        return new ArtifactLine(
                Terminal.plain(artifact.path()),
                Words.bytes(artifact.bytes()),
                link,
                names[names.length - 1].replaceAll("[\\p{C}\\p{Z}&&[^ ]]", "_"));
    }

    /** As a form would send it, but for the space. */
    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
