package dev.kiln.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.kiln.testing.StoreProfile;
import dev.kiln.wire.Json;
import dev.kiln.wire.Schemas;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contracts as the server publishes them. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class ContractIT {
    @TestHTTPResource("/")
    URI server;

    static List<String> schemas() {
        return ContractResource.SCHEMAS;
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void each_schema_is_where_its_id_says(String name) throws Exception {
        var schema = Json.resource("/schemas/" + name + ".schema.json");
        var answer = get(schema.at("/$id").asText().substring(1));
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/schema+json");
        assertThat(Json.ofBytes(answer.body())).isEqualTo(schema);
    }

    @Test
    void a_schema_that_there_is_not_is_a_problem() throws Exception {
        var answer = get("schemas/nothing.schema.json");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Json.ofBytes(answer.body()).at("/detail").asText()).contains("submission, ");
    }

    @Test
    void the_topics_document_names_the_topics_that_are_used_and_schemas_that_are_served()
            throws Exception {
        var document = Json.ofBytes(get("asyncapi.json").body());
        assertThat(document.at("/asyncapi").asText()).isEqualTo("3.0.0");
        var config = ConfigProvider.getConfig();
        assertThat(texts(document.at("/channels").findValues("address")))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of("incoming.jobs", "outgoing.completions", "outgoing.rejected")
                                .map(c -> "mp.messaging." + c + ".topic")
                                .map(property -> config.getValue(property, String.class))
                                .toList());
        Set<String> served =
                schemas().stream()
                        .map(name -> "/schemas/" + name + ".schema.json")
                        .collect(Collectors.toSet());
        var references = texts(document.findValues("$ref"));
        assertThat(references).hasSizeGreaterThan(10);
        for (String reference : references) {
            if (reference.startsWith("#")) {
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            } else {
                assertThat(served).contains(reference);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"submission", "cancel"})
    void its_examples_are_as_their_schema_says(String name) throws Exception {
        var message = Json.ofBytes(get("asyncapi.json").body()).at("/components/messages/" + name);
        var examples = message.at("/examples").findValues("payload");
        assertThat(examples).isNotEmpty();
        for (JsonNode example : examples) {
            assertThat(Schemas.objections(Schemas.of(name), example)).isEmpty();
        }
    }

    @Test
    void the_document_of_http_has_every_endpoint_with_a_summary_and_what_it_answers()
            throws Exception {
        var document = Json.ofBytes(get("q/openapi?format=json").body());
        assertThat(document.at("/openapi").asText()).startsWith("3.1");
        List<String> told = new ArrayList<>();
        for (var path : document.at("/paths").properties()) {
            for (var operation : path.getValue().properties()) {
                if (operation.getValue().has("responses")) {
                    String name = operation.getKey().toUpperCase() + " " + path.getKey();
                    told.add(name);
                    assertThat(operation.getValue().at("/summary").asText()).as(name).isNotEmpty();
                    assertThat(names(operation.getValue().at("/responses")))
                            .as(name)
                            .anyMatch(status -> status.startsWith("2"));
                    if (path.getKey().startsWith("/v1/")) {
                        assertThat(names(operation.getValue().at("/responses")))
                                .as(name)
                                .contains("401", "403", "503");
                    }
                }
            }
        }
        assertThat(told).containsAll(endpoints());
        assertThat(document.at("/components/securitySchemes/bearer/scheme").asText())
                .isEqualTo("bearer");
    }

    /** Each with its method; without what a pattern says of a parameter. */
    private static List<String> endpoints() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.kiln")
                        .stream()
                        .filter(c -> c.isAnnotatedWith(Path.class))
                        // Pages are for people.
                        .filter(c -> !c.getPackageName().equals("dev.kiln.dashboard"))
                        .flatMap(c -> c.getMethods().stream())
                        .flatMap(ContractIT::endpoint)
                        .toList();
    }

    private static Stream<String> endpoint(JavaMethod method) {
        String at =
                method.getOwner().getAnnotationOfType(Path.class).value()
                        + method.tryGetAnnotationOfType(Path.class)
                                .map(path -> "/" + path.value())
                                .orElse("");
        String path = at.replaceAll("\\{([a-z]+):[^{}]*}", "{$1}").replaceAll("/+", "/");
        return method.getAnnotations().stream()
                .map(a -> a.getRawType().tryGetAnnotationOfType(HttpMethod.class))
                .flatMap(verb -> verb.stream())
                // What GET answers, without its body.
                .filter(verb -> !verb.value().equals(HttpMethod.HEAD))
                .map(verb -> verb.value() + " " + path);
    }

    private static List<String> texts(List<JsonNode> nodes) {
        return nodes.stream().filter(JsonNode::isTextual).map(JsonNode::asText).toList();
    }

    private static List<String> names(JsonNode object) {
        return StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
                .toList();
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(server.resolve(path)).build(),
                    BodyHandlers.ofByteArray());
        }
    }
}
