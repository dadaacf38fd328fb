package dev.kiln.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {
    private static final Claims CLAIMS =
            new Claims(
                    "alice",
                    Map.of(
                            "tenant",
                            "acme",
                            "https://kiln.example/roles.v1",
                            List.of("a", 7, "b"),
                            "realm_access",
                            Map.of("roles", List.of("c")),
                            "number",
                            7));

    @Test
    void a_claim_is_found_by_its_name_whatever_that_has_in_it() {
        assertThat(CLAIMS.texts("tenant")).containsExactly("acme");
        assertThat(CLAIMS.texts("https://kiln.example/roles.v1")).containsExactly("a", "b");
    }

    @Test
    void a_deeper_one_by_a_pointer() {
        assertThat(CLAIMS.texts("/realm_access/roles")).containsExactly("c");
        assertThat(CLAIMS.texts("/https:~1~1kiln.example~1roles.v1")).containsExactly("a", "b");
    }

    @Test
    void one_text_has_words_between_spaces_and_a_text_in_a_list_is_whole() {
        var claims =
                new Claims(
                        "alice",
                        Map.of(
                                "scope",
                                " openid  kiln-read ",
                                "groups",
                                List.of("x kiln-admin", "kiln-read")));
        assertThat(claims.words("scope")).containsExactly("openid", "kiln-read");
        assertThat(claims.words("groups")).containsExactly("x kiln-admin", "kiln-read");
        assertThat(claims.words("none")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"none", "/none/of/it", "realm_access", "/realm_access/roles/0/x", "number"})
    void what_is_no_text_is_none(String claim) {
        assertThat(CLAIMS.texts(claim)).isEmpty();
    }
}
