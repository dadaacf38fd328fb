package dev.kiln.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OidcSettingsTest {
    private static final String ROOT = "kiln.access.oidc.";

    @Test
    void without_an_issuer_there_is_nothing() {
        assertThat(OidcSettings.of(config(Map.of()))).isEmpty();
    }

    @Test
    void with_an_issuer_and_an_audience_the_rest_has_defaults() {
        var config =
                config(
                        Map.of(
                                ROOT + "issuer",
                                "https://id.example/realms/kiln",
                                ROOT + "audience",
                                "kiln"));
        var settings = OidcSettings.of(config).orElseThrow();
        assertThat(settings.algorithms()).containsExactlyInAnyOrder("RS256", "PS256", "ES256");
        assertThat(settings.leeway()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.refresh()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.kept()).isEqualTo(Duration.ofHours(12));
        assertThat(settings.pause()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.tenantClaim()).isEqualTo("tenant");
        assertThat(config.allTenants()).isEmpty();
        assertThat(config.rolesClaim()).isEqualTo("roles");
        assertThat(List.of(config.roles().read(), config.roles().submit(), config.roles().admin()))
                .containsExactly(
                        List.of("kiln-read"), List.of("kiln-submit"), List.of("kiln-admin"));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "issuer, http://127.0.0.1:8080/realms/kiln, -",
                "issuer, http://[::1]:8080, -",
                "issuer, http://localhost, -",
                "issuer, http://id.example, issuer must be an https URL",
                "issuer, http://127.0.0.1.example, issuer must be an https URL",
                "issuer, https://id.example?x=1, issuer must be an https URL",
                "issuer, https://me@id.example, issuer must be an https URL",
                "issuer, id.example, issuer must be an https URL",
                "issuer, https://id example, issuer must be an https URL",
                "audience, -, audience must say what tokens",
                "algorithms, HS256, algorithms must be some of",
                "algorithms, none, algorithms must be some of",
                "algorithms, 'RS256,HS512', algorithms must be some of",
                "algorithms, EdDSA, -",
                "leeway, 6m, leeway must be 0s to 5m",
                "keys-refresh, 0s, keys-refresh must be > 0",
                "keys-kept, 9m, keys-kept must not be less",
                "fetch-pause, 0s, fetch-pause must be > 0",
                "fetch-pause, 11m, fetch-pause must be > 0"
            })
    void what_makes_no_sense_is_refused_by_its_name(String name, String value, String refusal) {
        var settings = new HashMap<String, String>();
        settings.put(ROOT + "issuer", "https://id.example");
        settings.put(ROOT + "audience", "kiln");
        settings.put(ROOT + name, value);
        settings.values().removeIf(v -> v == null);
        var config = config(settings);
        if (refusal == null) {
            assertThat(OidcSettings.of(config)).isPresent();
        } else {
            assertThatThrownBy(() -> OidcSettings.of(config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(ROOT + refusal);
        }
    }

    @Test
    void an_audience_of_no_issuer_is_a_mistake() {
        var config = config(Map.of(ROOT + "audience", "kiln"));
        assertThatThrownBy(() -> OidcSettings.of(config))
                .hasMessageStartingWith(ROOT + "audience is set, and no issuer");
    }

    private static OidcConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withDefaultValues(settings)
                .withMapping(OidcConfig.class)
                .build()
                .getConfigMapping(OidcConfig.class);
    }
}
