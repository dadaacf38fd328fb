package dev.kiln.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Artifact;
import dev.kiln.job.JobId;
import org.junit.jupiter.api.Test;

class ArtifactLineTest {
    private static final JobId JOB = JobId.parse("0193c3f2-0000-7000-8000-000000000001");

    @Test
    void a_hostile_name_is_text_and_its_address_leads_nowhere_else() {
        var line =
                ArtifactLine.of(
                        JOB,
                        new Artifact(
                                "a dir/\"><img src=x>?b#c;d%2e%2e\\é\u202egnp.exe",
                                1, "0".repeat(64), null));
        assertThat(line.link())
                .isEqualTo(
                        "/ui/v1/jobs/0193c3f2-0000-7000-8000-000000000001/artifacts/a%20dir/%22%3E%3Cimg%20src%3Dx%3E%3Fb%23c%3Bd%252e%252e%5C%C3%A9%E2%80%AEgnp.exe");
        assertThat(line.path()).endsWith("é[U+202E]gnp.exe");
        assertThat(line.name()).isEqualTo("\"><img src=x>?b#c;d%2e%2e\\é_gnp.exe");
        assertThat(line.size()).isEqualTo("1 B");
    }
}
