package dev.kiln.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookRulesTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private final WebhookRules strict = rules(Map.of("kiln.webhooks.secrets.acme", SECRET));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example",
                "https://hooks.example:8443/in?x=%20&y",
                "https://[2606:4700:4700::1111]/",
                "https://1.1.1.1/"
            })
    void a_url_to_post_to_is_taken(String url) {
        assertThat(strict.refusalOf(url)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://hooks.example/ | begins with https://",
                "ftp://hooks.example/ | begins with https://",
                "file:///etc/passwd | begins with https://",
                "HTTPS://hooks.example | begins with https://",
                "hooks.example/in | begins with https://",
                "https://höoks.example/ | in ASCII",
                "https://hooks.example/a b | in ASCII",
                "https://hooks.example\\@10.0.0.1/ | begins with https://",
                "https:///in | must name a host",
                "https:hooks | must name a host",
                "https://hooks.example:0/ | port from 1",
                "https://hooks.example:65536/ | port from 1",
                "https://me:pw@hooks.example/ | neither a user",
                "https://hooks.example/#part | nor a fragment"
            })
    void anything_else_is_refused_with_what_would_be_right(String url, String message) {
        assertThat(strict.refusalOf(url)).get().asString().contains(message);
    }

    @Test
    void a_url_has_an_end() {
        String longest = "https://hooks.example/" + "x".repeat(2048 - 22);
        assertThat(strict.refusalOf(longest)).isEmpty();
        assertThat(strict.refusalOf(longest + "x")).isPresent();
    }

    @Test
    void http_is_taken_where_the_site_says_so() {
        var open = rules(Map.of("kiln.webhooks.allow-http", "true"));
        assertThat(open.refusalOf("http://hooks.example/")).isEmpty();
        assertThat(open.refusalOf("ftp://hooks.example/")).isPresent();
    }

    @Test
    void only_tenants_with_a_secret_may_have_one() {
        assertThat(strict.refusal("acme")).isEmpty();
        assertThat(strict.refusal("zeta")).get().asString().contains("kiln.webhooks.secrets.zeta");
        assertThat(WebhookRules.none().refusal("acme")).isPresent();
    }

    @Test
    void a_secret_that_is_none_is_refused_at_start() {
        assertThatThrownBy(() -> rules(Map.of("kiln.webhooks.secrets.acme", SECRET + ",x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kiln.webhooks.secrets.acme must be whsec_");
    }

    @Test
    void the_documented_defaults_hold() {
        var config = config(Map.of());
        assertThat(config.secrets()).isEmpty();
        assertThat(config.allowPrivate()).isFalse();
        assertThat(config.allowHttp()).isFalse();
        assertThat(config.schedule())
                .containsExactly(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(10),
                        Duration.ofHours(1),
                        Duration.ofHours(6),
                        Duration.ofHours(24));
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.lease()).isGreaterThan(config.timeout());
    }

    private static WebhookRules rules(Map<String, String> properties) {
        return new WebhookRules(config(properties));
    }

    private static WebhookConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withDefaultValues(properties)
                .withMapping(WebhookConfig.class)
                .build()
                .getConfigMapping(WebhookConfig.class);
    }
}
