package dev.kiln.access;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** What the filter before all endpoints may answer, said once for all of them in the contract. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class AccessContract implements OASFilter {
    private static final String SCHEME = "bearer";
    private static final String API = "/v1/";

    private static final Map<String, String> ANSWERS =
            Map.of(
                    "401", "There is no key or token with the request, or none that is valid here",
                    "403", "The key or token does not allow this, or the tenant is another one's",
                    "429", "The tenant sends more than it may; Retry-After says when to ask again",
                    "503", "The server cannot do this now; Retry-After says when to ask again");

    @Override
    public void filterOpenAPI(OpenAPI contract) {
        var components = contract.getComponents();
        if (components == null) {
            components = OASFactory.createComponents();
            contract.setComponents(components);
        }
        components.addSecurityScheme(
                SCHEME,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .description(
                                "A key (kiln_…) or, where the site has an issuer, its access token. Servers with kiln.access.mode=open need none."));
        contract.addSecurityRequirement(OASFactory.createSecurityRequirement());
        contract.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(SCHEME));
        contract.getPaths()
                .getPathItems()
                .forEach(
                        (path, item) -> {
                            if (path.startsWith(API)) {
                                item.getOperations().values().forEach(AccessContract::complete);
                            }
                        });
    }

    /** What the endpoint says of a status itself stays. */
    private static void complete(Operation operation) {
        APIResponses answers = operation.getResponses();
        ANSWERS.forEach(
                (status, meaning) -> {
                    if (!answers.hasAPIResponse(status)) {
                        answers.addAPIResponse(
                                status, OASFactory.createAPIResponse().description(meaning));
                    }
                });
    }
}
