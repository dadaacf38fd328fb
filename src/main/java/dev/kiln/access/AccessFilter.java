package dev.kiln.access;

import dev.kiln.access.Gate.Decision;
import dev.kiln.job.JobId;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.AuditEntry;
import dev.kiln.store.AuditStore;
import dev.kiln.store.OwnerStore;
import dev.kiln.store.StoreUnavailable;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * The one place where requests of the API are admitted: what {@link Requires} says of their
 * endpoints, and that nobody reaches what is another tenant's. A job that is another tenant's is
 * answered here exactly as one that does not exist, by the same work, before the endpoint looks at
 * anything.
 */
@Singleton
public final class AccessFilter {
    private static final Logger LOG = Logger.getLogger(AccessFilter.class);
    private static final String TENANT = "tenant";
    private static final String REQUIRED = "kiln.required";

    private final Gate gate;
    private final OwnerStore owners;
    private final AuditStore audit;

    AccessFilter(Gate gate, OwnerStore owners, AuditStore audit) {
        this.gate = gate;
        this.owners = owners;
        this.audit = audit;
    }

    /** Lets the request through, or answers it. */
    @ServerRequestFilter(priority = Priorities.AUTHENTICATION)
    public Optional<Response> admit(
            ContainerRequestContext request, ResourceInfo resource, RoutingContext exchange) {
        if (gate.open()) {
            return Optional.empty();
        }
        var requires = declared(resource);
        if (requires.value() == Right.NOTHING) {
            return Optional.empty();
        }
        var decision = gate.admit(BrowserDoor.credentials(exchange), requires.value());
        var refusal =
                switch (decision) {
                    case Decision.Refused refused -> Optional.of(refused);
                    case Decision.Admitted(var caller) -> {
                        Callers.admit(exchange, caller);
                        exchange.put(REQUIRED, requires);
                        yield confine(
                                caller,
                                requires,
                                request.getUriInfo().getPathParameters(),
                                exchange);
                    }
                };
        return refusal.map(AccessFilter::response);
    }

    private static Requires declared(ResourceInfo resource) {
        @Nullable Requires own = resource.getResourceMethod().getAnnotation(Requires.class);
        @Nullable Requires common = resource.getResourceClass().getAnnotation(Requires.class);
        if (own == null && common == null) {
            throw new IllegalStateException(
                    "nobody said what a request to %s needs: annotate it with @Requires"
                            .formatted(resource.getResourceMethod()));
        }
        return own != null ? own : common;
    }

    private Optional<Decision.Refused> confine(
            Caller caller,
            Requires requires,
            MultivaluedMap<String, String> path,
            RoutingContext exchange) {
        String tenant = caller.tenant();
        if (tenant == null) {
            return Optional.empty();
        }
        try {
            return speaksFor(tenant, exchange)
                    .or(() -> owns(tenant, requires, path.getFirst("id")))
                    .or(() -> requires.queues() ? gate.full(caller) : Optional.empty());
        } catch (StoreUnavailable e) {
            return Optional.of(Gate.unavailable());
        }
    }

    /** Whoever names no tenant means its own; whoever names another one's is told so. */
    private static Optional<Decision.Refused> speaksFor(String tenant, RoutingContext exchange) {
        var query = exchange.queryParams();
        if (query.getAll(TENANT).stream().allMatch(tenant::equals)) {
            query.set(TENANT, tenant);
            return Optional.empty();
        }
        return Optional.of(
                new Decision.Refused(
                        ProblemType.FOREIGN_TENANT,
                        "the query's tenant is not that of the key, %s: leave it out"
                                .formatted(tenant)));
    }

    private Optional<Decision.Refused> owns(String tenant, Requires requires, @Nullable String id) {
        if (id == null) {
            return Optional.empty();
        }
        return jobId(id)
                .map(job -> owns(tenant, requires, job))
                // Said here, and not left to the endpoint, which might read it otherwise.
                .orElseGet(
                        () ->
                                Optional.of(
                                        new Decision.Refused(
                                                ProblemType.INVALID_REQUEST,
                                                "a job's id is a UUID in its form of 36 characters")));
    }

    private Optional<Decision.Refused> owns(String tenant, Requires requires, JobId job) {
        boolean there =
                owners.owns(tenant, job)
                        || (requires.orRefused() && owners.wasRefused(tenant, job));
        return there
                ? Optional.empty()
                : Optional.of(
                        new Decision.Refused(ProblemType.UNKNOWN_JOB, "no job has the id " + job));
    }

    private static Optional<JobId> jobId(String text) {
        try {
            return Optional.of(JobId.parse(text));
        } catch (IllegalArgumentException noUuid) {
            return Optional.empty();
        }
    }

    private static Response response(Decision.Refused refused) {
        var response = Response.fromResponse(refused.problem().response());
        refused.headers().forEach(response::header);
        return response.build();
    }

    /**
     * Writes down what was done, before its answer goes out. Should the database be away just then
     * the log has it: what was done is not undone for it.
     */
    @ServerResponseFilter
    public void audit(
            ContainerRequestContext request,
            ContainerResponseContext response,
            RoutingContext exchange) {
        @Nullable Requires requires = exchange.get(REQUIRED);
        if (requires == null || requires.audit().isEmpty() || response.getStatus() / 100 != 2) {
            return;
        }
        Caller caller = Callers.admitted(exchange);
        var deed =
                new AuditEntry.Deed(
                        caller.key(),
                        caller.tenant(),
                        requires.audit(),
                        subject(request.getUriInfo().getPathParameters(), response, exchange));
        try {
            audit.write(deed);
        } catch (StoreUnavailable e) {
            LOG.errorf("outcome=not written into the audit: %s (%s)", deed, e.getMessage());
        }
    }

    /** What the endpoint called it; else what was made, else what the path names. */
    private static String subject(
            MultivaluedMap<String, String> path,
            ContainerResponseContext response,
            RoutingContext exchange) {
        @Nullable String told = Callers.subject(exchange);
        if (told != null) {
            return told;
        }
        @Nullable String made = response.getHeaderString("Location");
        if (made != null) {
            return made.substring(made.lastIndexOf('/') + 1);
        }
        return path.values().stream().flatMap(List::stream).findFirst().orElse("");
    }
}
