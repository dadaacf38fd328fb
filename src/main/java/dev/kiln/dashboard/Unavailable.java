package dev.kiln.dashboard;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;

/** What is answered while the database is away. */
final class Unavailable {
    private static final Logger LOG = Logger.getLogger(Unavailable.class);

    private Unavailable() {}

    static Response answer(StoreUnavailable e) {
        LOG.warnf("outcome=page not answered: %s", e.getMessage());
        var problem =
                Problem.of(
                        ProblemType.UNAVAILABLE, "the database cannot be reached: ask again later");
        return Response.fromResponse(problem.response()).header(HttpHeaders.RETRY_AFTER, 1).build();
    }
}
