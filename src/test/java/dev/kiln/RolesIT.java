package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.EventReader;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KedaQuery;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.SeparateRoles;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two processes that share nothing but Postgres: one has no Docker, the other no Kafka. */
class RolesIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static OwnServers servers;
    private static WorkerHome home;
    private static KilnProcess doors;
    private static KilnProcess worker;

    @BeforeAll
    static void start() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
        doors =
                KilnProcess.start(
                        home.path().resolve("doors"),
                        servers.environment(),
                        Map.of(
                                "KILN_ROLES", "api,intake,relay",
                                "KILN_SANDBOX_ENGINE", "unix:///nowhere/docker.sock"));
        worker =
                KilnProcess.start(
                        home.path().resolve("worker"),
                        servers.environment(),
                        Map.of(
                                "KILN_ROLES", "worker",
                                "KILN_HOME", home.path().toString(),
                                // It hears of jobs, or the tests would take that long.
                                "KILN_CLAIM_POLL", "30s",
                                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"));
        doors.awaitReady();
        worker.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        worker.close();
        doors.close();
        servers.close();
        home.close();
    }

    @Test
    void a_batch_through_both_doors_of_one_runs_in_the_other() {
        List<String> jobs =
                new ArrayList<>(
                        IntStream.range(0, 4)
                                .mapToObj(_ -> doors.submit("print('done')"))
                                .toList());
        String fromTopic = Jobs.id().toString();
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(fromTopic, "{\"language\": \"python\", \"code\": \"print('done')\"}");
            jobs.add(fromTopic);
            for (String job : jobs) {
                assertThat(doors.awaitEnd(job).at("/result/stdout").asText()).isEqualTo("done\n");
                topics.await("kiln.completions", event -> job.equals(event.key()));
            }
        }
    }

    @Test
    void who_waits_at_one_is_woken_by_the_end_in_the_other() throws Exception {
        var answer =
                doors.post(
                        "/v1/jobs?wait=60",
                        "{\"language\": \"python\", \"code\": \"print('done')\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("FINISHED", "done");
    }

    @Test
    void who_follows_at_one_hears_the_program_that_runs_in_the_other() throws Exception {
        String id =
                doors.submit(
                        """
                        import sys, time
                        for i in range(8):
                            print("line", i, "\u20ac" * 1000, flush=True)
                            print("note", i, file=sys.stderr, flush=True)
                            time.sleep(0.5)
                        sys.stdout.buffer.write(b"\\xff\\x00 end")
                        """);
        List<EventReader.Event> events;
        try (var stream = EventReader.of(doors.url(), id)) {
            events = stream.rest();
        }
        var names = events.stream().map(EventReader.Event::name).toList();
        assertThat(names.stream().filter("stdout"::equals).count())
                .as("pieces that came while it ran: %s", names)
                .isGreaterThan(2);
        assertThat(events.getLast().data()).isEqualTo(doors.job(id));
        var result = events.getLast().data().at("/result");
        assertThat(EventReader.output(events, "stdout"))
                .isEqualTo(result.at("/stdout_base64").binaryValue());
        assertThat(EventReader.output(events, "stderr"))
                .asString()
                .isEqualTo(result.at("/stderr").asText());
        assertThat(result.at("/stdout_truncated").asBoolean(true)).isFalse();
        await().until(() -> count("select count(*) from live_output") == 0);
    }

    @Test
    void a_stop_answers_those_who_wait() throws Exception {
        String never =
                "{\"language\": \"python\", \"code\": \"\", \"run_at\": \"2999-01-01T00:00:00Z\"}";
        try (var api =
                        KilnProcess.start(
                                        home.path().resolve("api"),
                                        servers.environment(),
                                        Map.of("KILN_ROLES", "api"))
                                .awaitReady();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = threads.submit(() -> api.post("/v1/jobs?wait=60", never));
            await().until(() -> count("select count(*) from job where run_at > now()") > 0);
            assertThat(api.terminate()).isZero();
            assertThat(waiting.get().statusCode()).isEqualTo(202);
        }
        assertThat(
                        count(
                                "with gone as (delete from job where run_at > now() returning 1) select count(*) from gone"))
                .isEqualTo(1);
    }

    @Test
    void a_replay_of_the_whole_topic_runs_nothing_again() throws Exception {
        var done = Jobs.id();
        var taken = Jobs.id();
        String hello = "{\"language\": \"python\", \"code\": \"print('done')\"}";
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(done.toString(), hello);
            topics.submit(taken.toString(), "{\"cancel\": \"%s\"}".formatted(taken));
            topics.submit(taken.toString(), hello);
        }
        var before = List.of(doors.awaitEnd(done.toString()), doors.awaitEnd(taken.toString()));
        assertThat(before)
                .extracting(job -> job.at("/state").asText())
                .containsExactly("FINISHED", "CANCELLED");
        long rows = count("select count(*) from job");
        long epochs = count("select sum(epoch) from job");

        try (var again =
                KilnProcess.start(
                                home.path().resolve("again"),
                                servers.environment(),
                                Map.of(
                                        "KILN_ROLES", "intake",
                                        "KILN_SANDBOX_ENGINE", "unix:///nowhere/docker.sock",
                                        "MP_MESSAGING_INCOMING_JOBS_GROUP_ID", "replay"))
                        .awaitReady()) {
            awaitAllTaken("replay");
        }
        assertThat(List.of(doors.job(done.toString()), doors.job(taken.toString())))
                .isEqualTo(before);
        assertThat(count("select count(*) from job")).isEqualTo(rows);
        assertThat(count("select sum(epoch) from job")).isEqualTo(epochs);
        assertThat(count("select count(*) from job where state in ('QUEUED', 'RUNNING')")).isZero();
    }

    private static void awaitAllTaken(String group) {
        try (var admin =
                Admin.create(
                        Map.<String, Object>of("bootstrap.servers", servers.bootstrapServers()))) {
            await().atMost(Duration.ofSeconds(60)).until(() -> lag(admin, group) == 0);
        }
    }

    /** Records that the group has not committed; partitions without any have no commit either. */
    private static long lag(Admin admin, String group) throws Exception {
        var partitions =
                IntStream.range(0, partitions(admin))
                        .mapToObj(p -> new TopicPartition("kiln.jobs", p))
                        .collect(Collectors.toMap(p -> p, _ -> OffsetSpec.latest()));
        var ends = admin.listOffsets(partitions).all().get();
        var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        long lag = 0;
        for (var end : ends.entrySet()) {
            var offset = committed.get(end.getKey());
            lag += end.getValue().offset() - (offset == null ? 0 : offset.offset());
        }
        return lag;
    }

    private static int partitions(Admin admin) throws Exception {
        return admin.describeTopics(List.of("kiln.jobs"))
                .allTopicNames()
                .get()
                .get("kiln.jobs")
                .partitions()
                .size();
    }

    private static long count(String query) throws SQLException {
        try (var connection = servers.database().dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void a_worker_alone_answers_nothing_but_its_health() {
        var answer = worker.get("/v1/jobs/" + Jobs.id());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/problem+json");
        assertThat(answer.body()).contains("/problems/not-found", "role api");
        assertThat(worker.isReady()).isTrue();
        assertThat(worker.isLive()).isTrue();
    }

    @Test
    void a_migration_may_take_longer_than_a_statement_otherwise() throws Exception {
        Map<String, String> only =
                Map.of(
                        "KILN_SCHEMA_AT_START", "only",
                        "QUARKUS_DATASOURCE_JDBC_ADDITIONAL_JDBC_PROPERTIES_SOCKETTIMEOUT", "1");
        try (var first = start("first", servers.environment(), only)) {
            assertThat(first.awaitExit(SOON)).as(first.output().toString()).isZero();
        }
        try (var busy = servers.database().dataSource().getConnection();
                var statement = busy.createStatement()) {
            busy.setAutoCommit(false);
            statement.execute("lock table flyway_schema_history in access exclusive mode");
            try (var second = start("second", servers.environment(), only)) {
                await().atMost(SOON).until(RolesIT::somebodyWaitsForThreeSeconds);
                busy.rollback();
                assertThat(second.awaitExit(SOON)).as(second.output().toString()).isZero();
            }
        }
    }

    private static boolean somebodyWaitsForThreeSeconds() throws SQLException {
        try (var connection = servers.database().dataSource().getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
                                        + " and state = 'active' and clock_timestamp() - query_start > interval '3 s')")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Test
    void with_three_database_roles_only_the_migration_may_change_tables() throws Exception {
        var apart = new SeparateRoles(servers.superuser());
        Map<String, String> servant = Map.of("KILN_ROLES", "api", "KILN_SCHEMA_AT_START", "expect");
        try (var early = start("early", apart.environment("kiln_app"), servant)) {
            assertThat(early.awaitExit(SOON)).isEqualTo(2);
            assertThat(early.output()).singleElement().asString().contains("are at version none");
        }
        try (var migration =
                start(
                        "migration",
                        apart.environment("kiln_owner"),
                        Map.of("KILN_SCHEMA_AT_START", "only"))) {
            assertThat(migration.awaitExit(SOON)).as(migration.output().toString()).isZero();
            assertThat(migration.output()).singleElement().asString().contains("are at version");
        }
        apart.afterMigration();
        var query = KedaQuery.fromManifests();
        try (var api = start("servant", apart.environment("kiln_app"), servant).awaitReady()) {
            var jobs = List.of(api.submit("print(1)"), api.submit("print(2)"));
            String later =
                    "{\"language\": \"python\", \"code\": \"print(3)\", \"run_at\": \"2999-01-01T00:00:00Z\"}";
            assertThat(api.post("/v1/jobs", later).statusCode()).isEqualTo(202);
            assertThat(apart.count("kiln_scaler", query)).isEqualTo(2);
            try (var _ =
                    start(
                            "working",
                            apart.environment("kiln_app"),
                            Map.of(
                                    "KILN_ROLES", "worker",
                                    "KILN_SCHEMA_AT_START", "expect",
                                    "KILN_HOME", home.path().toString()))) {
                assertThat(jobs)
                        .allSatisfy(
                                job ->
                                        assertThat(api.awaitEnd(job).at("/state").asText())
                                                .isEqualTo("FINISHED"));
            }
            assertThat(apart.count("kiln_scaler", query)).isZero();
        }
        assertThat(apart.refusal("kiln_app", "create table mine (x int)")).contains("permission");
        assertThat(apart.refusal("kiln_app", "alter table job add column x int"))
                .contains("must be owner");
        assertThat(apart.refusal("kiln_app", "delete from flyway_schema_history"))
                .contains("permission");
        assertThat(apart.refusal("kiln_scaler", "select tenant from job")).contains("permission");
        assertThat(apart.refusal("kiln_scaler", "select * from job_payload"))
                .contains("permission");
    }

    @SafeVarargs
    private static KilnProcess start(String log, Map<String, String>... environments) {
        return KilnProcess.start(home.path().resolve(log), environments);
    }
}
