package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Submission;
import dev.kiln.wire.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes documents for tests and reads them as the HTTP door does. */
final class Documents {
    static final JobId FRESH = JobId.parse("01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee");
    static final String OTHER = "01993f5e-7a10-7c3e-9d1f-000000000001";
    static final String MINIMAL = "{\"language\": \"python\", \"code\": \"print(1)\"}";
    static final SubmissionReader READER = Configs.reader();

    private Documents() {}

    static String with(String field) {
        return "{\"language\": \"python\", \"code\": \"\", " + field + "}";
    }

    static String sandbox(String field, String value) {
        return "\"sandbox\": {\"" + field + "\": " + value + "}";
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static JobSpec spec(String document) {
        return accepted(document).spec();
    }

    static Submission accepted(String document) {
        return accepted(READER.read(utf8(document), new Origin.Http(FRESH)));
    }

    static Submission accepted(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        return ((Reading.Accepted) reading).submission();
    }

    static List<FieldError> errors(String document) {
        return errors(utf8(document));
    }

    static List<FieldError> errors(byte[] document) {
        return refused(READER.read(document, new Origin.Http(FRESH))).errors();
    }

    static Reading.Refused refused(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return (Reading.Refused) reading;
    }
}
