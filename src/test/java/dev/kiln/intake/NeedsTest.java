package dev.kiln.intake;

import static dev.kiln.intake.Documents.FRESH;
import static dev.kiln.intake.Documents.accepted;
import static dev.kiln.intake.Documents.refused;
import static dev.kiln.intake.Documents.sandbox;
import static dev.kiln.intake.Documents.utf8;
import static dev.kiln.intake.Documents.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.Needs;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeedsTest {
    private static final String DIGEST =
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String LIST =
            "python:3.11-slim,ruby:*,registry.example.org:5000/team/*,ghcr.io/x/y@" + DIGEST;

    private static final SubmissionReader OPEN =
            Configs.reader(
                    Map.of(
                            "kiln.runtimes.python.file",
                            "main.py",
                            "kiln.runtimes.python.image",
                            "kiln/python:latest",
                            "kiln.policy.images",
                            LIST,
                            "kiln.policy.network",
                            "true"));

    @ParameterizedTest
    @CsvSource({
        "kiln/python, kiln/python:latest",
        "kiln/python:latest, kiln/python:latest",
        "docker.io/kiln/python, kiln/python:latest",
        "python:3.11-slim, python:3.11-slim",
        "library/python:3.11-slim, python:3.11-slim",
        "docker.io/library/python:3.11-slim, python:3.11-slim",
        "index.docker.io/library/python:3.11-slim, python:3.11-slim",
        "ruby, ruby:latest",
        "ruby:3.3-Alpine_x.1, ruby:3.3-Alpine_x.1",
        "docker.io/ruby:2, ruby:2",
        "registry.example.org:5000/team/a/b__c-d:1, registry.example.org:5000/team/a/b__c-d:1",
        "registry.example.org:5000/team/a@"
                + DIGEST
                + ", registry.example.org:5000/team/a@"
                + DIGEST,
        "ghcr.io/x/y@" + DIGEST + ", ghcr.io/x/y@" + DIGEST
    })
    void an_image_on_the_list_arrives_in_one_spelling(String asked, String arrives) {
        assertThat(needs(sandbox("image", "\"" + asked + "\"")))
                .isEqualTo(new Needs(arrives, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "python",
                "python:3.11",
                "python:3.11-slim2",
                "evil.example.org/python:3.11-slim",
                "evil.example.org/library/python:3.11-slim",
                "evil/ruby:1",
                "rubyx:1",
                "ruby@" + DIGEST,
                "registry.example.org/team/a",
                "registry.example.org:5001/team/a",
                "registry.example.org:5000/teams/a",
                "ghcr.io/x/y",
                DIGEST
            })
    void any_other_is_refused_with_those_that_are(String asked) {
        var reading =
                OPEN.read(
                        utf8(with(sandbox("image", "\"" + asked + "\""))), new Origin.Http(FRESH));

        assertThat(refused(reading).errors())
                .singleElement()
                .satisfies(error -> assertThat(error.pointer()).isEqualTo("/sandbox/image"))
                .satisfies(
                        error ->
                                assertThat(error.message())
                                        .contains("is not among the images")
                                        .contains("kiln/python:latest")
                                        .contains("python:3.11-slim")
                                        .contains("ruby:*")
                                        .contains("registry.example.org:5000/team/*"));
    }

    @Test
    void a_network_is_given_where_the_policy_allows_it() {
        assertThat(needs(sandbox("network_enabled", "true"))).isEqualTo(new Needs(null, true));
        assertThat(needs(sandbox("network_enabled", "false"))).isEqualTo(Needs.NOTHING);
        assertThat(needs("\"sandbox\": {}")).isEqualTo(Needs.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "/*", "a*", "a/", "A/*", "a b", "a/**", "https://x/*", "a:*:*", "a@*"})
    void a_list_that_is_none_is_refused_at_start(String entry) {
        assertThatThrownBy(() -> Configs.reader(Map.of("kiln.policy.images", entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kiln.policy.images")
                .hasMessageContaining(entry);
    }

    private static Needs needs(String field) {
        return accepted(OPEN.read(utf8(with(field)), new Origin.Http(FRESH)))
                .spec()
                .program()
                .needs();
    }
}
