package dev.kiln.problem;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns whatever ends a request early into a problem document. */
public final class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    /** Headers that clients need to do better next time: which methods, when to come back. */
    private static final Set<String> KEPT_HEADERS =
            Set.of(HttpHeaders.ALLOW, HttpHeaders.RETRY_AFTER, HttpHeaders.WWW_AUTHENTICATE);

    private final Instance<Refinement> refinements;

    ProblemMappers(@Any Instance<Refinement> refinements) {
        this.refinements = refinements;
    }

    @ServerExceptionMapper
    Response of(ProblemException e, UriInfo uri) {
        Problem problem = e.problem();
        for (Refinement refinement : refinements) {
            problem = refinement.refine(problem, uri);
        }
        return problem.response();
    }

    @ServerExceptionMapper
    Response of(WebApplicationException e, UriInfo uri, Request request) {
        Response cause = e.getResponse();
        int status = cause.getStatus();
        if (status < 400) {
            return cause;
        }
        if (status >= 500) {
            LOG.errorf(e, "request failed: %s %s", request.getMethod(), path(uri));
        }
        var type = ProblemType.ofStatus(status);
        var problem =
                new Problem(
                        type.uri(), type.title(), status, detail(type, uri, request), List.of());
        var answer = Response.fromResponse(problem.response());
        KEPT_HEADERS.forEach(
                name -> {
                    if (cause.getHeaderString(name) != null) {
                        answer.header(name, cause.getHeaderString(name));
                    }
                });
        return answer.build();
    }

    /** A body that could not be read to its end, by which the client has gone or soon will. */
    @ServerExceptionMapper
    Response of(IOException e, UriInfo uri, Request request) {
        LOG.debugf(e, "request cut off: %s %s", request.getMethod(), path(uri));
        return Problem.of(ProblemType.MALFORMED_BODY, "the body could not be read to its end")
                .response();
    }

    /**
     * What nobody expected. The log gets the cause; the client learns nothing about the server's
     * insides.
     */
    @ServerExceptionMapper
    Response of(Throwable e, UriInfo uri, Request request) {
        LOG.errorf(e, "request failed: %s %s", request.getMethod(), path(uri));
        return Problem.of(
                        ProblemType.INTERNAL_ERROR,
                        "the request failed for a reason that lies with the server; its log has the cause")
                .response();
    }

    /** As it was sent, escapes and all: what they stand for does not belong into a log line. */
    private static String path(UriInfo uri) {
        return uri.getRequestUri().getRawPath();
    }

    private static String detail(ProblemType type, UriInfo uri, Request request) {
        return switch (type) {
            case NOT_FOUND -> "there is nothing at " + path(uri);
            case METHOD_NOT_ALLOWED -> path(uri) + " does not take " + request.getMethod();
            case UNSUPPORTED_MEDIA_TYPE ->
                    "set the Content-Type header to one that this address takes, such as application/json";
            case NOT_ACCEPTABLE ->
                    "the Accept header leaves nothing that this address can answer with";
            case TOO_LARGE -> "send less at a time";
            default -> type.title();
        };
    }
}
