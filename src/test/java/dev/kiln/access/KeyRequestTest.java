package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRequestTest {
    private static final Caller ACME = new Caller("k", "acme", KeyRole.ADMIN);

    @Test
    void the_operator_says_for_whom_and_a_tenants_admin_need_not() {
        assertThat(
                        read(
                                "{\"tenant\": \"beta\", \"role\": \"read\", \"name\": \"a b\"}",
                                Caller.OPEN))
                .isEqualTo(new KeyRequest("beta", KeyRole.READ, "a b"));
        assertThat(read("{\"tenant\": \"*\", \"role\": \"admin\", \"name\": \"x\"}", Caller.OPEN))
                .isEqualTo(new KeyRequest(null, KeyRole.ADMIN, "x"));
        assertThat(read("{\"role\": \"submit\", \"name\": \"x\"}", ACME))
                .isEqualTo(new KeyRequest("acme", KeyRole.SUBMIT, "x"));
    }

    @ParameterizedTest
    @CsvSource({"beta", "*"})
    void a_tenants_admin_makes_no_keys_for_others(String tenant) {
        var problem =
                refused(
                        "{\"tenant\": \"%s\", \"role\": \"read\", \"name\": \"x\"}"
                                .formatted(tenant),
                        ACME);
        assertThat(problem.status()).isEqualTo(403);
        assertThat(problem.errors())
                .singleElement()
                .extracting(Problem.FieldProblem::pointer)
                .isEqualTo("/tenant");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"role\": \"read\", \"name\": \"x\"}|/tenant",
                "{\"tenant\": \"a b\", \"role\": \"read\", \"name\": \"x\"}|/tenant",
                "{\"tenant\": 7, \"role\": \"read\", \"name\": \"x\"}|/tenant",
                "{\"tenant\": \"a\", \"role\": \"root\", \"name\": \"x\"}|/role",
                "{\"tenant\": \"a\", \"name\": \"x\"}|/role",
                "{\"tenant\": \"a\", \"role\": \"read\"}|/name",
                "{\"tenant\": \"a\", \"role\": \"read\", \"name\": \" \"}|/name",
                "{\"tenant\": \"a\", \"role\": \"read\", \"name\": \"a\\nb\"}|/name",
                "{\"tenant\": \"a\", \"role\": \"read\", \"name\": \"x\", \"expires\": 1}|``"
            })
    void what_is_wrong_is_named(String document, String pointer) {
        var problem = refused(document, Caller.OPEN);
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.errors())
                .singleElement()
                .extracting(Problem.FieldProblem::pointer)
                .isEqualTo(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"[]", "``", "{", "{\"role\": 1, \"role\": 2}", "{} {}"})
    void what_is_no_document_is_refused(String document) {
        assertThat(refused(document, Caller.OPEN).type()).isEqualTo("/problems/malformed-body");
    }

    private static KeyRequest read(String document, Caller caller) {
        return KeyRequest.read(document.getBytes(StandardCharsets.UTF_8), caller);
    }

    private static Problem refused(String document, Caller caller) {
        return catchThrowableOfType(ProblemException.class, () -> read(document, caller)).problem();
    }
}
