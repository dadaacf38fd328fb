package dev.kiln.dashboard;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/**
 * Style sheet and scripts, as they are in the jar. They are the same for everybody, and no secret.
 */
@Path("/ui/assets/{name}")
@RunOnVirtualThread
@Requires(Right.NOTHING)
public class AssetsResource {
    private static final String SCRIPT = "text/javascript;charset=UTF-8";

    /** Where its jar has it: the version is that of pom.xml. */
    private static final String CHARTS =
            "/META-INF/resources/webjars/chart.js/4.4.9/dist/chart.umd.js";

    private final Map<String, Asset> assets =
            Map.of(
                    "chart.js", Asset.read(CHARTS, SCRIPT),
                    "kiln.css", Asset.read("/dashboard/kiln.css", "text/css;charset=UTF-8"),
                    "kiln.svg", Asset.read("/dashboard/kiln.svg", "image/svg+xml"),
                    "events.js", Asset.read("/dashboard/events.js", SCRIPT),
                    "follow.js", Asset.read("/dashboard/follow.js", SCRIPT),
                    "job.js", Asset.read("/dashboard/job.js", SCRIPT),
                    "tryout.js", Asset.read("/dashboard/tryout.js", SCRIPT),
                    "overview.js", Asset.read("/dashboard/overview.js", SCRIPT));

    private record Asset(byte[] bytes, String type, EntityTag tag) {
        static Asset read(String name, String type) {
            try (var in = AssetsResource.class.getResourceAsStream(name)) {
                byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
                return new Asset(bytes, type, new EntityTag(HexFormat.of().formatHex(hash)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    /** One of them; browsers ask each time whether it is still the same. */
    @GET
    public Response asset(@PathParam("name") String name, @Context Request request) {
        var asset = assets.get(name);
        if (asset == null) {
            throw new ProblemException(ProblemType.NOT_FOUND, "no page consists of this");
        }
        var unchanged = request.evaluatePreconditions(asset.tag());
        var answer = unchanged == null ? Response.ok(asset.bytes(), asset.type()) : unchanged;
        return answer.tag(asset.tag())
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }
}
