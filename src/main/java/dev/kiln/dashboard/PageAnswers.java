package dev.kiln.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kiln.problem.Problem;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.lang.annotation.Annotation;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Tells people what programs are told by problem documents, the same of what is another tenant's as
 * of what is not there; whoever has no key is led to where one can give it.
 */
public final class PageAnswers {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Turns a problem at a page's address into a page. */
    @ServerResponseFilter
    public void tell(ContainerRequestContext request, ContainerResponseContext response) {
        var type = response.getMediaType();
        if (!isPage(request.getUriInfo().getRequestUri().getPath())
                || type == null
                || !type.toString().startsWith(Problem.MEDIA_TYPE)) {
            return;
        }
        // The headers after all else: a new status or entity is a new answer with headers of its
        // own.
        if (response.getStatus() == 401) {
            response.setEntity(null);
            response.setStatus(303);
            var headers = response.getHeaders();
            headers.remove(HttpHeaders.WWW_AUTHENTICATE);
            headers.remove(HttpHeaders.CONTENT_TYPE);
            headers.putSingle(HttpHeaders.LOCATION, SignInResource.PATH);
            return;
        }
        var problem = problem(String.valueOf(response.getEntity()));
        var page =
                Pages.problem(
                        Frame.bare(problem.path("title").asText()),
                        problem.path("detail").asText());
        response.setEntity(page.render(), new Annotation[0], MediaType.valueOf(Html.TYPE));
        response.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, Html.TYPE);
        Html.protect(response.getHeaders());
    }

    private static boolean isPage(String path) {
        return path.equals("/") || path.equals("/ui") || path.startsWith("/ui/");
    }

    private static JsonNode problem(String document) {
        try {
            return JSON.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem document is JSON", e);
        }
    }
}
