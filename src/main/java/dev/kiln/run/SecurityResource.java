package dev.kiln.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tells what this worker's sandbox was seen to hold. */
@Path("/v1/sandbox/security")
@RunOnVirtualThread
@Tag(name = "sandbox")
@Requires(Right.OPERATE)
public class SecurityResource {
    private final HostSecurity security;
    private final KilnConfig kiln;

    SecurityResource(HostSecurity security, KilnConfig kiln) {
        this.security = security;
        this.kiln = kiln;
    }

    /** The report, also when it is a bad one: that it could be made is what the status says. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "What this worker's sandbox was seen to hold",
            description =
                    "Each promise is probed by running a trusted program on this host. The last report answers for five minutes; fresh=true probes again.")
    @APIResponse(responseCode = "200", description = "The report, whatever it says")
    @APIResponse(responseCode = "404", description = "This process is no worker")
    public Response report(@QueryParam("fresh") @DefaultValue("false") boolean fresh) {
        if (!kiln.roles().contains(Role.WORKER)) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "this process runs no programs: ask one whose kiln.roles has worker");
        }
        return Response.ok(WireJson.bytes(document(security.report(fresh)))).build();
    }

    static ObjectNode document(SecurityReport report) {
        var json = WireJson.object();
        json.put("sufficient", report.sufficient());
        json.put("probed_at", WireJson.time(report.at()));
        for (SecurityReport.Probe probe : report.probes()) {
            json.put(probe.name(), probe.passed());
        }
        var probes = json.putArray("probes");
        for (SecurityReport.Probe probe : report.probes()) {
            probes.addObject()
                    .put("name", probe.name())
                    .put("passed", probe.passed())
                    .put("required", probe.required())
                    .put("detail", probe.detail());
        }
        var facts = report.facts();
        json.putObject("facts")
                .put("runtime", facts.runtime())
                .put("runtime_version", facts.runtimeVersion())
                .put("platform", facts.platform())
                .put("cgroup_version", facts.cgroupVersion())
                .put("engine_version", facts.engineVersion())
                .put("kernel", facts.kernel());
        return json;
    }
}
