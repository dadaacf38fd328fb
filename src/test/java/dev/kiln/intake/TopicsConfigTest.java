package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicsConfigTest {
    private static SmallRyeConfig config(Map<String, String> properties) {
        var all = new HashMap<>(properties);
        all.put(TenantTopics.TOPIC, "kiln.jobs");
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(all, "test", 250))
                .withSources(new TenantTopics())
                .withMapping(TopicsConfig.class)
                .build();
    }

    private static TopicsConfig topics(Map<String, String> properties) {
        return config(properties).getConfigMapping(TopicsConfig.class);
    }

    @Test
    void the_common_topic_alone_is_believed_and_subscribed_to() {
        var config = config(Map.of());
        assertThat(config.getConfigMapping(TopicsConfig.class).tenantOf("kiln.jobs")).isEmpty();
        assertThat(config.getOptionalValue(TenantTopics.TOPIC, String.class)).contains("kiln.jobs");
        assertThat(config.getOptionalValue(TenantTopics.TOPICS, String.class)).isEmpty();
    }

    @Test
    void tenants_topics_are_subscribed_to_along_with_it() {
        var config =
                config(
                        Map.of(
                                "kiln.intake.topics.tenants.beta", "kiln.jobs.b",
                                "kiln.intake.topics.tenants.acme", "kiln.jobs.a"));
        assertThat(config.getOptionalValue(TenantTopics.TOPICS, String.class))
                .contains("kiln.jobs,kiln.jobs.a,kiln.jobs.b");
        assertThat(config.getOptionalValue(TenantTopics.TOPIC, String.class)).isEmpty();
        var topics = config.getConfigMapping(TopicsConfig.class);
        topics.check();
        assertThat(topics.tenantOf("kiln.jobs.b")).contains("beta");
        assertThat(topics.tenantOf("kiln.jobs")).isEmpty();
    }

    @Test
    void a_common_topic_that_is_not_trusted_is_of_the_default_tenant() {
        assertThat(topics(Map.of("kiln.intake.topics.trusted", "false")).tenantOf("kiln.jobs"))
                .contains("default");
    }

    @Test
    void two_tenants_with_one_topic_are_refused() {
        var topics =
                topics(
                        Map.of(
                                "kiln.intake.topics.tenants.beta", "kiln.jobs.a",
                                "kiln.intake.topics.tenants.acme", "kiln.jobs.a"));
        assertThatThrownBy(topics::check)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kiln.intake.topics.tenants must give each tenant");
    }
}
