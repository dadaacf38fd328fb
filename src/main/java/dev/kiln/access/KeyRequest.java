package dev.kiln.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kiln.job.Placement;
import dev.kiln.problem.Problem;
import dev.kiln.problem.Problem.FieldProblem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What key is to be made.
 *
 * @param tenant whose; null for all tenants
 * @param role what it may do
 * @param name what people call it
 */
record KeyRequest(@Nullable String tenant, KeyRole role, String name) {
    /** What the document says for all tenants. */
    static final String ALL = "*";

    private static final int MAX_NAME = 100;
    private static final Set<String> KNOWN = Set.of("tenant", "role", "name");
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /**
     * Reads what the caller asks for.
     *
     * @throws ProblemException when it is wrong, or more than the caller may give
     */
    static KeyRequest read(byte[] document, Caller caller) {
        JsonNode root = parse(document);
        List<FieldProblem> errors = new ArrayList<>();
        root.fieldNames()
                .forEachRemaining(
                        field -> {
                            if (!KNOWN.contains(field)) {
                                errors.add(
                                        new FieldProblem(
                                                "",
                                                "has a member that is none of tenant, role, name"));
                            }
                        });
        String tenant = tenant(root, caller, errors);
        Optional<KeyRole> role = KeyRole.of(text(root, "role"));
        if (role.isEmpty()) {
            errors.add(new FieldProblem("/role", "must be read, submit or admin"));
        }
        String name = text(root, "name");
        if (name.isBlank()
                || name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            errors.add(
                    new FieldProblem(
                            "/name",
                            "must be 1 to %d characters, none of them a control character"
                                    .formatted(MAX_NAME)));
        }
        if (!errors.isEmpty() || role.isEmpty()) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.INVALID_REQUEST,
                            "the document describes no key that can be made",
                            errors));
        }
        if (!mayGive(caller, tenant)) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.FOREIGN_TENANT,
                            "a key can make others for its own tenant only",
                            List.of(new FieldProblem("/tenant", "is not the tenant of your key"))));
        }
        return new KeyRequest(tenant.equals(ALL) ? null : tenant, role.get(), name);
    }

    private static JsonNode parse(byte[] document) {
        try {
            JsonNode root = JSON.readTree(document);
            if (root.isObject()) {
                return root;
            }
        } catch (JsonProcessingException malformed) {
            // Said below; its own message would quote the document.
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory can be read", impossible);
        }
        throw new ProblemException(
                ProblemType.MALFORMED_BODY,
                "the body must be one JSON object, such as {\"tenant\": \"acme\", \"role\": \"submit\", \"name\": \"nightly build\"}");
    }

    /** Whoever speaks for one tenant need not name it; for all, it must be said which is meant. */
    private static String tenant(JsonNode root, Caller caller, List<FieldProblem> errors) {
        if (!root.hasNonNull("tenant") && caller.tenant() != null) {
            return caller.tenant();
        }
        String tenant = text(root, "tenant");
        if (!tenant.equals(ALL) && !Placement.isName(tenant)) {
            errors.add(
                    new FieldProblem(
                            "/tenant",
                            "%s; or * for a key of all tenants".formatted(Placement.NAME_RULE)));
        }
        return tenant;
    }

    private static boolean mayGive(Caller caller, String tenant) {
        return caller.tenant() == null || caller.tenant().equals(tenant);
    }

    /** Empty when it is absent or no text, which no field may be. */
    private static String text(JsonNode root, String field) {
        JsonNode value = root.path(field);
        return value.isTextual() ? value.textValue() : "";
    }
}
