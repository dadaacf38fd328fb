package dev.kiln.dashboard;

import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Map;

/** Answers with a page, and with what keeps it from being more than it is. */
final class Html {
    static final String TYPE = "text/html;charset=UTF-8";

    /**
     * Nothing is loaded, run or sent anywhere but by and to this server, nothing that stands in the
     * page itself is run, and no other page may show it in a frame. The referrer stays on this
     * server; without any, browsers would name no origin when a form is sent.
     */
    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
                    "X-Content-Type-Options",
                    "nosniff",
                    "Referrer-Policy",
                    "same-origin",
                    "Cross-Origin-Opener-Policy",
                    "same-origin",
                    HttpHeaders.CACHE_CONTROL,
                    "no-store");

    private Html() {}

    static Response ok(TemplateInstance page) {
        return page(200, page);
    }

    static Response page(int status, TemplateInstance page) {
        var response = Response.status(status).type(TYPE).entity(page.render());
        HEADERS.forEach(response::header);
        return response.build();
    }

    static void protect(MultivaluedMap<String, Object> headers) {
        HEADERS.forEach(headers::putSingle);
    }
}
