package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.accepted;
import static dev.kiln.intake.Documents.refused;
import static dev.kiln.intake.Documents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Context;
import dev.kiln.job.Submission;
import dev.kiln.wire.FieldError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents whose sender speaks for one tenant. */
class OwnTenantTest {
    private static final String HASH = "a".repeat(64);

    private static String document(String tenant) {
        String field = tenant == null ? "" : "\"tenant\": %s, ".formatted(tenant);
        return "{%s\"language\": \"python\", \"code\": \"1\", \"context\": {\"sha256\": \"%s\"}}"
                .formatted(field, HASH);
    }

    private static Submission from(String sender, String tenant) {
        return accepted(READER.read(utf8(document(tenant)), new Origin.Http(FRESH, null, sender)));
    }

    @Test
    void a_document_that_names_no_tenant_is_its_senders_with_all_that_belongs_to_it() {
        var submission = from("acme", null);
        assertThat(submission.spec().placement().tenant()).isEqualTo("acme");
        assertThat(submission.spec().program().context())
                .isEqualTo(new Context.Uploaded("acme", HASH));
        assertThat(submission.bodyHash()).isEqualTo(from("acme", "\"acme\"").bodyHash());
        assertThat(submission.bodyHash()).isEqualTo(from("acme", "null").bodyHash());
    }

    @Test
    void the_same_document_from_another_tenant_is_another_body() {
        assertThat(from("acme", null).bodyHash())
                .isNotEqualTo(from("beta", null).bodyHash())
                .isNotEqualTo(from("default", null).bodyHash());
    }

    @Test
    void a_document_of_the_default_tenant_is_the_same_with_and_without_a_key() {
        assertThat(from("default", null).bodyHash()).isEqualTo(from(null, null).bodyHash());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"beta\"", "\"*\"", "\"\""})
    void another_tenant_is_refused_by_the_fields_name(String tenant) {
        var errors =
                refused(READER.read(utf8(document(tenant)), new Origin.Http(FRESH, null, "acme")))
                        .errors();
        assertThat(errors).extracting(FieldError::pointer).containsOnly("/tenant");
        assertThat(errors).contains(Refusals.FOREIGN_TENANT);
        assertThat(Refusals.invalid(errors).problem().status()).isEqualTo(403);
    }

    @Test
    void a_tenants_topic_holds_its_cancels_to_it_too() {
        var reader = new TopicReader(READER);
        var origin = new Origin.Topic(null, "acme");
        String cancel = "{\"cancel\": \"%s\"%s}";
        assertThat(reader.read(utf8(cancel.formatted(FRESH, "")), origin))
                .isInstanceOfSatisfying(
                        TopicRecord.Cancel.class,
                        record -> assertThat(record.cancellation().tenant()).isEqualTo("acme"));
        assertThat(reader.read(utf8(cancel.formatted(FRESH, ", \"tenant\": \"beta\"")), origin))
                .isInstanceOfSatisfying(
                        TopicRecord.Refused.class,
                        record ->
                                assertThat(record.errors())
                                        .containsExactly(Refusals.FOREIGN_TENANT));
    }
}
