package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.MINIMAL;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.accepted;
import static dev.kiln.intake.Documents.refused;
import static dev.kiln.intake.Documents.utf8;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which batch a document of a batch request ends up. */
class RequestBatchTest {
    private static final String OWN = with("\"batch\": \"b2\"");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_job_that_names_no_batch_is_in_that_of_its_request(boolean chosen) {
        assertThat(accepted(read(MINIMAL, "b1", chosen)).spec().placement().batch())
                .isEqualTo("b1");
    }

    @Test
    void a_document_may_repeat_the_batch_of_its_request() {
        assertThat(accepted(read(OWN, "b2", true)).spec().placement().batch()).isEqualTo("b2");
    }

    @Test
    void a_document_cannot_leave_the_batch_that_its_request_chose() {
        assertThat(refused(read(OWN, "b1", true)).errors())
                .singleElement()
                .asString()
                .startsWith("/batch: differs");
    }

    @Test
    void a_name_made_by_kiln_does_not_take_a_document_out_of_its_own_batch() {
        assertThat(accepted(read(OWN, "b1", false)).spec().placement().batch()).isEqualTo("b2");
    }

    private static Reading read(String document, String batch, boolean chosen) {
        return READER.read(
                utf8(document),
                new Origin.Http(FRESH, new Origin.RequestBatch(batch, chosen), null));
    }
}
