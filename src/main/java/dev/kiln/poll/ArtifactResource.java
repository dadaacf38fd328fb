package dev.kiln.poll;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Artifact;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.StoredObject;
import dev.kiln.objectstore.ObjectDamaged;
import dev.kiln.objectstore.ObjectStore;
import dev.kiln.objectstore.ObjectStoreUnavailable;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.ArtifactStore;
import dev.kiln.store.JobReader;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.JobFacts;
import dev.kiln.wire.ResultJson;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Hands out the files that a program left behind. */
@Path("/v1/jobs/{id}/artifacts")
@RunOnVirtualThread
@Tag(name = "poll")
@Requires(Right.READ)
public class ArtifactResource {
    private final Function<JobId, Optional<Job>> jobs;
    private final BiFunction<JobId, String, Optional<Artifact>> artifacts;
    private final ObjectStore objects;

    @Inject
    ArtifactResource(JobReader jobs, ArtifactStore artifacts, ObjectStore objects) {
        this.jobs = jobs::find;
        this.artifacts = artifacts::find;
        this.objects = objects;
    }

    /** Which there are. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "A job's artifacts")
    @APIResponse(responseCode = "200", description = "Path, size and SHA-256 of each")
    @APIResponse(responseCode = "404", description = "There is no such job, or no result yet")
    public Response list(@PathParam("id") String text) {
        JobId id = Polled.id(text);
        Job job = jobs.apply(id).orElseThrow(() -> Polled.unknown(id));
        var result = JobFacts.of(job.state()).result();
        if (result == null) {
            throw new ProblemException(
                    ProblemType.NO_RESULT,
                    "job %s is %s and has no artifacts".formatted(id, job.state().name()));
        }
        var json = WireJson.object();
        json.set("artifacts", ResultJson.kept(result.artifacts()));
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    /** One of them, byte by byte. */
    @GET
    @Path("{path: .+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(summary = "An artifact as bytes")
    @APIResponse(responseCode = "200", description = "Its content; ETag is its SHA-256")
    @APIResponse(responseCode = "304", description = "If-None-Match names the content")
    @APIResponse(responseCode = "404", description = "There is no such job or artifact")
    public Response content(
            @PathParam("id") String text,
            @PathParam("path") String path,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String known) {
        JobId id = Polled.id(text);
        Artifact artifact =
                artifacts
                        .apply(id, path)
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemType.UNKNOWN_ARTIFACT,
                                                "job %s has no such artifact: /v1/jobs/%s/artifacts lists those that it has"
                                                        .formatted(id, id)));
        String tag = '"' + artifact.sha256() + '"';
        if (Polled.known(known, tag)) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        return download(artifact).header(HttpHeaders.ETAG, tag).build();
    }

    private Response.ResponseBuilder download(Artifact artifact) {
        String key = artifact.key();
        if (key == null) {
            return Polled.download(artifact.content());
        }
        var object = new StoredObject(key, artifact.bytes(), artifact.sha256());
        return Polled.download(objects.open(object, 0, artifact.bytes()));
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Polled.unavailable(e);
    }

    @ServerExceptionMapper
    Response unavailable(ObjectStoreUnavailable e) {
        return Polled.unavailable(e);
    }

    @ServerExceptionMapper
    Response lost(ObjectDamaged e) {
        return Polled.lost(e);
    }
}
