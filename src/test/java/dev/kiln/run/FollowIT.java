package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.JobId;
import dev.kiln.job.ProgramStream;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.JobReader;
import dev.kiln.store.SubmissionStore;
import dev.kiln.testing.EventReader;
import dev.kiln.testing.EventReader.Event;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ScriptedProfile;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker does for those who follow its jobs; programs follow a script, the rest is real. */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
@Timeout(120)
class FollowIT {
    @TestHTTPResource("/")
    URI server;

    @Inject SubmissionStore submissions;
    @Inject JobReader reader;
    @Inject ScriptedSandbox sandbox;
    @Inject HostHealth health;
    @Inject AgroalDataSource dataSource;

    /** Counts the statements that write live output, also those that find nothing to write. */
    @BeforeEach
    void count() throws SQLException {
        await().until(() -> health.trouble().isEmpty());
        sql(
                """
                create table if not exists live_statement (at timestamptz default now());
                create or replace function count_live() returns trigger language plpgsql as
                    $$ begin insert into live_statement default values; return null; end $$;
                create or replace trigger count_live after insert or update or delete on live_output
                    for each statement execute function count_live();
                truncate live_statement""");
    }

    @AfterEach
    void backToNormal() throws SQLException {
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
        sql("drop trigger count_live on live_output; drop table live_statement");
    }

    @Test
    void jobs_that_nobody_follows_cost_the_database_nothing_of_it() throws Exception {
        sandbox.script(
                (tag, _, limits, _) -> {
                    sandbox.tap(tag)
                            .open(
                                    (_, from, _) ->
                                            "much"
                                                    .repeat(from == 0 ? 1 : 0)
                                                    .getBytes(StandardCharsets.UTF_8));
                    return ScriptedSandbox.exited(0, "much", limits);
                });
        submit(20).forEach(this::awaitEnd);
        assertThat(rows("live_statement")).isZero();
    }

    @Test
    void who_follows_gets_what_was_written_before_and_what_comes_and_nothing_is_left()
            throws Exception {
        var output = new Written();
        var more = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        sandbox.script(
                (tag, _, limits, _) -> {
                    sandbox.tap(tag).open(output);
                    output.write("before; ");
                    awaitLatch(more);
                    output.write("after; ");
                    awaitLatch(end);
                    output.write("last");
                    return ScriptedSandbox.exited(0, output.text(), limits);
                });
        var id = submit(1).getFirst();
        await().until(() -> output.text().equals("before; "));
        List<Event> events = new ArrayList<>();
        try (var stream = EventReader.of(server, id)) {
            assertThat(stream.next().state()).isEqualTo("RUNNING");
            events.add(stream.next());
            assertThat(events.getLast().data().get("text").asText()).isEqualTo("before; ");
            more.countDown();
            events.add(stream.next());
            assertThat(events.getLast().data().get("text").asText()).isEqualTo("after; ");
            end.countDown();
            events.addAll(stream.rest());
        }
        assertThat(events.getLast().data().at("/result/stdout").asText())
                .isEqualTo("before; after; last");
        assertThat(EventReader.output(events, "stdout"))
                .asString()
                .isEqualTo("before; after; last");
        await().until(() -> rows("live_output") == 0);
        assertThat(rows("live_statement")).as("the count counts").isPositive();
    }

    @Test
    void a_job_that_is_followed_while_it_waits_is_heard_from_its_start_and_so_is_its_next_attempt()
            throws Exception {
        var heard = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        sandbox.script(
                (tag, _, limits, _) -> {
                    var output = new Written();
                    sandbox.tap(tag).open(output);
                    output.write("epoch " + tag.epoch());
                    if (tag.epoch() == 1) {
                        awaitLatch(heard);
                        throw new SandboxFault(SandboxFault.Scope.SANDBOX, "sentry crashed");
                    }
                    awaitLatch(end);
                    return ScriptedSandbox.exited(0, output.text(), limits);
                });
        var later = Jobs.runAt(Instant.now().plusSeconds(3));
        submissions.insert(List.of(later));
        List<Event> events = new ArrayList<>();
        try (var stream = EventReader.of(server, later.id())) {
            assertThat(stream.next().state()).isEqualTo("QUEUED");
            assertThat(stream.next().state()).isEqualTo("RUNNING");
            var first = stream.next();
            assertThat(first.data().get("text").asText()).isEqualTo("epoch 1");
            heard.countDown();
            var event = stream.next();
            while (!event.name().equals("stdout")) {
                events.add(event);
                event = stream.next();
            }
            assertThat(events).extracting(Event::name).contains("attempt").endsWith("state");
            assertThat(event.data().get("text").asText()).isEqualTo("epoch 2");
            end.countDown();
            assertThat(stream.rest())
                    .extracting(e -> e.data().at("/result/stdout").asText())
                    .containsExactly("epoch 2");
        }
        await().until(() -> rows("live_output") == 0);
    }

    /** What a program has written so far. */
    private static final class Written implements OutputTap.Source {
        private String text = "";

        synchronized void write(String more) {
            text += more;
        }

        synchronized String text() {
            return text;
        }

        @Override
        public byte[] read(ProgramStream stream, long from, int most) {
            byte[] all =
                    stream == ProgramStream.STDOUT
                            ? text().getBytes(StandardCharsets.UTF_8)
                            : new byte[0];
            int start = (int) Math.min(from, all.length);
            return Arrays.copyOfRange(all, start, Math.min(all.length, start + most));
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<JobId> submit(int jobs) {
        var submissions = Stream.generate(() -> Jobs.python("pass")).limit(jobs).toList();
        this.submissions.insert(submissions);
        return submissions.stream().map(submission -> submission.id()).toList();
    }

    private void awaitEnd(JobId id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> reader.find(id).orElseThrow().state().terminal());
    }

    private long rows(String table) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
