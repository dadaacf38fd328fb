package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.MINIMAL;
import static dev.kiln.intake.Documents.OTHER;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.accepted;
import static dev.kiln.intake.Documents.refused;
import static dev.kiln.intake.Documents.utf8;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under which id a document is taken or refused. */
class SubmissionIdTest {
    private static final String IDENTIFIED = with("\"id\": \"" + OTHER + "\"");

    @Test
    void http_makes_an_id_for_a_document_without() {
        assertThat(accepted(READER.read(utf8(MINIMAL), new Origin.Http(FRESH))).id())
                .isEqualTo(FRESH);
    }

    @Test
    void http_keeps_the_documents_own_id() {
        assertThat(accepted(READER.read(utf8(IDENTIFIED), new Origin.Http(FRESH))).id())
                .hasToString(OTHER);
    }

    @Test
    void the_topic_takes_the_key_for_a_document_without_an_id() {
        assertThat(accepted(topic(MINIMAL, OTHER)).id()).hasToString(OTHER);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = OTHER)
    void the_topic_takes_the_documents_id_when_the_key_does_not_contradict(String key) {
        assertThat(accepted(topic(IDENTIFIED, key)).id()).hasToString(OTHER);
    }

    @Test
    void the_same_uuid_in_capitals_is_the_same_id() {
        assertThat(accepted(topic(IDENTIFIED, OTHER.toUpperCase(Locale.ROOT))).id())
                .hasToString(OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01993f5e-7a10-7c3e-9d1f-000000000002", "acme", ""})
    void a_key_that_contradicts_the_id_leaves_no_usable_one(String key) {
        var refused = refused(topic(IDENTIFIED, key));
        assertThat(refused.id()).isNull();
        assertThat(refused.errors())
                .singleElement()
                .asString()
                .startsWith("/id: differs from the record's key");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "acme"})
    void the_topic_takes_no_document_without_any_id(String key) {
        var refused = refused(topic(MINIMAL, key));
        assertThat(refused.id()).isNull();
        assertThat(refused.errors()).singleElement().asString().startsWith("/id: is missing");
    }

    @Test
    void a_refusal_is_filed_under_the_documents_id() {
        var document = with("\"nope\": 1, \"id\": \"" + OTHER + "\"");
        assertThat(refused(topic(document, null)).id()).hasToString(OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "", "{\"language\": 1}"})
    void what_cannot_be_read_is_filed_under_its_key(String document) {
        assertThat(refused(topic(document, OTHER)).id()).hasToString(OTHER);
    }

    @Test
    void a_refusal_over_http_is_not_filed_under_an_id_that_nobody_knows() {
        assertThat(refused(READER.read(utf8("{}"), new Origin.Http(FRESH))).id()).isNull();
    }

    private static Reading topic(String document, String key) {
        return READER.read(utf8(document), new Origin.Topic(key));
    }
}
