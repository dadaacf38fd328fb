package dev.kiln.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER = "whsec_" + "AAAA".repeat(8);
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final Instant AT = Instant.ofEpochSecond(1614265330);

    /** The example that the specification's own libraries are tested with. */
    @Test
    void the_known_example_has_its_known_signature() {
        assertThat(Signature.of("p", List.of(SECRET)).of("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void two_secrets_give_two_signatures_in_their_order() {
        String both = Signature.of("p", List.of(SECRET, OTHER)).of("id", AT, BODY);
        assertThat(both.split(" "))
                .containsExactly(
                        Signature.of("p", List.of(SECRET)).of("id", AT, BODY),
                        Signature.of("p", List.of(OTHER)).of("id", AT, BODY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_",
                "whsec_c2hvcnQ=",
                "whsec_not base64 at all, whatever it is"
            })
    void what_is_no_secret_is_refused_and_not_repeated(String secret) {
        assertThatThrownBy(() -> Signature.of("kiln.webhooks.secrets.acme", List.of(secret)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kiln.webhooks.secrets.acme must be whsec_ and the base64")
                .message()
                .doesNotContain("c2hvcnQ", "not base64 at all", "MfKQ9r8");
    }
}
