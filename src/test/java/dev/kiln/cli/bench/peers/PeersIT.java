package dev.kiln.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.kiln.cli.bench.peers.Results.Run;
import dev.kiln.embedded.KilnHome;
import dev.kiln.embedded.Teardown;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a comparison does by itself: real Postgres, a real Kiln, and a peer that is made up. */
class PeersIT {

    private static final String COLUMNS =
            "select string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || coalesce(attstattarget, -1) || ' ' || coalesce(pg_get_expr(adbin, adrelid), ''), ', ' order by attname) from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = '%s'::regclass and attnum > 0 and not attisdropped";

    @TempDir Path temporary;

    @Test
    void kiln_and_a_peer_are_measured_by_turns() throws Exception {
        var home = KilnHome.of(System.getenv());
        var programs = new PeerPrograms(System.getenv());
        var plan =
                new Plan(
                        30,
                        10,
                        2,
                        List.of(2),
                        List.of(Handler.NOOP),
                        EnumSet.of(Contender.KILN, Contender.PG_BOSS));
        var told = new ArrayList<String>();
        try (var teardown = new Teardown();
                var databases = Databases.start(temporary, home.cache())) {
            var processes = new Processes(System.getenv(), "0", programs, temporary);
            Comparison.QueueStart queues =
                    (run, database, down) ->
                            run.contender() == Contender.KILN
                                    ? processes.start(run, database, down)
                                    : fake(down);
            var results = new Comparison(plan, databases, queues, told::add).run(teardown);

            assertThat(results.windows())
                    .extracting(Window::contender, Window::number)
                    .containsExactly(
                            tuple(Contender.KILN, 1),
                            tuple(Contender.PG_BOSS, 1),
                            tuple(Contender.KILN, 2),
                            tuple(Contender.PG_BOSS, 2));
            var setting = plan.settings().getFirst();
            assertThat(results.rates(new Run(setting, Contender.PG_BOSS)))
                    .containsExactly(60.0, 60.0);
            assertThat(results.kilnOver(new Run(setting, Contender.PG_BOSS))).isPresent();
            var kiln = databases.of(Contender.KILN);
            assertThat(
                            Databases.ask(
                                    kiln,
                                    "select count(*) from execution_result where success and stdout = 'hello\n'"))
                    .isEqualTo("70");
            assertThat(databases.settings())
                    .containsAllEntriesOf(
                            Map.of(
                                    "fsync", "on",
                                    "synchronous_commit", "on",
                                    "full_page_writes", "on"));
            // Handlers that write "as Kiln does" write all that Kiln writes.
            var peers = databases.of(Contender.PG_BOSS);
            Databases.execute(peers, programs.sql("result-table.sql"));
            Databases.execute(
                    peers,
                    programs.sql("result-insert.sql")
                            .replace(":job", "'018f4e7a-0000-7000-8000-000000000001'"));
            assertThat(Databases.ask(peers, COLUMNS.formatted("bench_result")))
                    .isEqualTo(Databases.ask(kiln, COLUMNS.formatted("execution_result")));
        }
        assertThat(told)
                .anyMatch(line -> line.startsWith("noop, 2 at once: warm-up, kiln: "))
                .anyMatch(line -> line.endsWith("window 2 of 2, pg-boss: 60 jobs/s"));
    }

    private JobQueue fake(Teardown teardown) {
        var peer =
                teardown.start(
                        () -> FakePeer.start(FakePeer.WILLING, temporary.resolve("fake.log")));
        peer.awaitReady();
        return peer;
    }
}
