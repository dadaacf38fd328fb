package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class ServersIT {

    @Test
    void the_broker_has_kilns_topics() throws Exception {
        try (var admin =
                Admin.create(
                        Map.<String, Object>of("bootstrap.servers", Servers.bootstrapServers()))) {
            assertThat(admin.listTopics().names().get())
                    .contains("kiln.jobs", "kiln.completions", "kiln.rejected");
        }
    }

    @Test
    void each_fresh_database_is_another_one() throws Exception {
        try (var first = Servers.freshDataSource().getConnection();
                var second = Servers.freshDataSource().getConnection()) {
            assertThat(first.getCatalog()).isNotEqualTo(second.getCatalog());
        }
    }
}
