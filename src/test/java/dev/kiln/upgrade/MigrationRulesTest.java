package dev.kiln.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each schema serves the release before too, so that a site is upgraded process by process. */
class MigrationRulesTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    /** The last one before the promise was made. */
    private static final int BASELINE = 21;

    private static final Pattern NAME = Pattern.compile("V(\\d+)__\\w+\\.sql");

    @Test
    void no_migration_takes_from_the_release_before_what_it_needs() throws IOException {
        List<String> broken = new ArrayList<>();
        int seen = 0;
        try (var files = Files.newDirectoryStream(MIGRATIONS)) {
            for (Path file : files) {
                var name = NAME.matcher(file.getFileName().toString());
                assertThat(name.matches()).as("%s is named V<number>__<what>.sql", file).isTrue();
                seen++;
                if (Integer.parseInt(name.group(1)) > BASELINE) {
                    MigrationRules.broken(Files.readString(file))
                            .forEach(each -> broken.add(file.getFileName() + ": " + each));
                }
            }
        }
        assertThat(seen).isGreaterThan(15);
        assertThat(broken)
                .as("add only; what goes, goes a release later, marked '-- contract: why'")
                .isEmpty();
    }

    @Test
    void the_example_of_a_next_release_keeps_the_rules() throws IOException {
        assertThat(
                        MigrationRules.broken(
                                Files.readString(
                                        Path.of("src/test/resources/upgrade/V9999__next.sql"))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop table job;",
                "DROP TABLE IF EXISTS job;",
                "alter table job drop column owner;",
                "alter table job drop owner;",
                "alter table job rename column owner to worker;",
                "alter table job rename to jobs;",
                "alter table job alter column attempt type bigint;",
                "alter table job alter column attempt set data type bigint;",
                "alter table job\n  -- a comment\n  alter column labels set not null;",
                "alter table job alter column capped drop default;",
                "alter table job add column shard int not null;",
                "alter table job add column a int not null default 0, add column shard int not null;",
                "drop function next_turn;",
                "drop trigger job_webhook on job;",
                "alter table job add constraint job_short check (length(language) < 9);",
                "alter table job add check (attempt < 9);",
                "create unique index job_owner on job (owner);",
                "delete from job;",
                "truncate outbox;",
            })
    void what_would_break_the_release_before_is_found(String statement) {
        assertThat(MigrationRules.broken("create table before (a int);\n" + statement)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table job add column note text;",
                "alter table job add column shard int not null default 0;",
                "alter table job add column shard int default 0 not null;",
                "alter table job add column end_at timestamptz not null generated always as (run_at) stored;",
                "alter table job add column a text, add column b int not null default 0;",
                "create table thing (id uuid not null, note text);",
                "create index job_note on job (note);",
                "drop index job_ready;",
                "alter table job alter column labels drop not null;",
                "alter table job drop constraint job_state_check;",
                "-- it once had a rename to this\ncreate index b on job (id);",
                "-- contract: nothing reads it since release 0.4\nalter table job drop column note;",
                "create trigger t after truncate on job for each statement execute function f();",
                "create trigger t before delete or truncate on job for each statement execute function f();",
                "create function f() returns trigger language plpgsql as $$ begin delete_me(); return new; end $$;",
            })
    void what_only_adds_is_allowed(String statement) {
        assertThat(MigrationRules.broken(statement)).isEmpty();
    }

    @Test
    void a_mark_holds_for_its_own_statement_alone() {
        String file =
                """
                -- contract: nothing reads it since release 0.4
                alter table job drop column note;
                alter table job drop column owner;
                """;
        assertThat(MigrationRules.broken(file)).singleElement().asString().contains("owner");
    }
}
