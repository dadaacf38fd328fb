package dev.kiln.dashboard;

import dev.kiln.access.BrowserSessions;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.NewCookie.SameSite;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a browser is given a key, and where it gives it back. Its path is the root: a class at
 * {@code /ui} would hide what other classes have below that.
 */
@Path("/")
@RunOnVirtualThread
@Requires(Right.NOTHING)
public class SignInResource {
    static final String PATH = "/ui/sign-in";
    private static final String HOME = "/";
    private static final String ORIGIN = "Origin";
    private static final String TITLE = "Sign in";

    /** Longer ones are none; no time is spent on their hash. */
    private static final int MOST_CHARACTERS = 1024;

    private final BrowserSessions sessions;

    SignInResource(BrowserSessions sessions) {
        this.sessions = sessions;
    }

    /** The form. */
    @GET
    @Path("ui/sign-in")
    public Response form() {
        return sessions.needed() ? form(200, "") : to(HOME).build();
    }

    /** Takes the key; the browser keeps a name for it, and never sees it again. */
    @POST
    @Path("ui/sign-in")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response signIn(
            @FormParam("key") @Nullable String key, @Context HttpServerRequest request) {
        if (!sessions.needed()) {
            return to(HOME).build();
        }
        String text = Objects.requireNonNullElse(key, "").strip();
        if (text.isEmpty() || text.length() > MOST_CHARACTERS) {
            return form(400, "Give an API key: kiln_…, or that of the server's key file.");
        }
        try {
            return sessions.begin(text)
                    .map(
                            session ->
                                    to(HOME).cookie(
                                                    cookie(
                                                            session,
                                                            (int) sessions.lasting().toSeconds(),
                                                            request))
                                            .build())
                    .orElseGet(() -> form(403, "This key opens nothing here."));
        } catch (StoreUnavailable e) {
            return form(503, "The database cannot be reached: try again later.");
        }
    }

    /** Forgets the session. */
    @POST
    @Path("ui/sign-out")
    public Response signOut(
            @CookieParam(BrowserSessions.COOKIE) @Nullable String session,
            @Context HttpServerRequest request) {
        if (session != null) {
            sessions.end(session);
        }
        return to(PATH).cookie(cookie("", 0, request)).build();
    }

    private static Response form(int status, String trouble) {
        return Html.page(status, Pages.signin(Frame.bare(TITLE), trouble));
    }

    private static Response.ResponseBuilder to(String path) {
        return Response.status(Response.Status.SEE_OTHER).header(HttpHeaders.LOCATION, path);
    }

    /** Also where a proxy ends it, which the page's origin tells; that was compared before. */
    private static boolean overTls(HttpServerRequest request) {
        String origin = request.getHeader(ORIGIN);
        return "https".equals(request.scheme())
                || (origin != null && origin.startsWith("https://"));
    }

    private static NewCookie cookie(String value, int seconds, HttpServerRequest request) {
        return new NewCookie.Builder(BrowserSessions.COOKIE)
                .value(value)
                .path("/")
                .maxAge(seconds)
                .httpOnly(true)
                .secure(overTls(request))
                .sameSite(SameSite.STRICT)
                .build();
    }
}
