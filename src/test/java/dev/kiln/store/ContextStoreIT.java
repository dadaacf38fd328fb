package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.Artifact;
import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Artifacts;
import dev.kiln.job.Context;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobSpec;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.job.Omission;
import dev.kiln.job.Program;
import dev.kiln.job.Submission;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.SubmissionStore.Outcome;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Contexts and artifacts in a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class ContextStoreIT {
    private static final long QUOTA = 10 << 20;
    private static final Duration DAY = Duration.ofDays(1);

    @Inject ContextStore contexts;
    @Inject ArtifactStore artifacts;
    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject JobReader reader;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, context, rejected cascade");
    }

    @Test
    void an_upload_is_stored_once_and_read_back_to_the_byte() throws Exception {
        byte[] content = bytes(ContextStore.CHUNK * 2 + 17);
        var context = key("acme", content);

        assertThat(store(context, content)).isEqualTo(ContextStore.Outcome.STORED);
        assertThat(store(context, content)).isEqualTo(ContextStore.Outcome.KNOWN);

        var read = new ByteArrayOutputStream();
        assertThat(contexts.read(context, read::write)).isTrue();
        assertThat(read.toByteArray()).isEqualTo(content);
        assertThat(contexts.size(context)).hasValue(content.length);
        assertThat(count("context_chunk")).isEqualTo(3);
    }

    @Test
    void an_empty_one_is_one_too() throws Exception {
        var context = key("acme", new byte[0]);
        assertThat(store(context, new byte[0])).isEqualTo(ContextStore.Outcome.STORED);
        assertThat(contexts.read(context, piece -> {})).isTrue();
    }

    @Test
    void what_another_tenant_has_is_not_there() throws Exception {
        byte[] content = bytes(5);
        store(key("acme", content), content);
        var foreign = key("zeta", content);

        assertThat(contexts.size(foreign)).isEmpty();
        assertThat(contexts.read(foreign, piece -> {})).isFalse();
        assertThat(submissions.insert(List.of(job(foreign))))
                .containsValue(Outcome.UNKNOWN_CONTEXT);
        assertThat(store(foreign, content)).isEqualTo(ContextStore.Outcome.STORED);
    }

    @Test
    void uploads_at_once_store_one_and_stay_within_the_quota() throws Exception {
        byte[] content = bytes(3 << 20);
        var same = atOnce(4, i -> store(key("acme", content), content));
        assertThat(same).containsOnlyOnce(ContextStore.Outcome.STORED);

        var others =
                atOnce(
                        4,
                        i -> {
                            byte[] own = bytes((3 << 20) + i + 1);
                            return store(key("acme", own), own);
                        });
        assertThat(others).filteredOn(o -> o == ContextStore.Outcome.STORED).hasSize(2);
        assertThat(others).contains(ContextStore.Outcome.OVER_QUOTA);
        byte[] small = bytes(9);
        assertThat(store(key("zeta", small), small)).isEqualTo(ContextStore.Outcome.STORED);
    }

    @Test
    void a_body_that_breaks_off_leaves_nothing() throws SQLException {
        var context = key("acme", bytes(3));
        InputStream broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("gone");
                    }
                };
        assertThatThrownBy(() -> contexts.store(context, broken, 3, QUOTA))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
        assertThat(count("context")).isZero();
    }

    @Test
    void a_job_brings_its_context_and_what_it_wants_kept_to_the_worker() throws Exception {
        var inline = job(new Context.Inline(new byte[] {0, (byte) 0xff}));
        byte[] content = bytes(5);
        store(key("default", content), content);
        var named = job(key("default", content));
        submissions.insert(List.of(inline));
        submissions.insert(List.of(named));

        var claimed = Workers.claim(workers, claims, 9, DAY);
        assertThat(((Context.Inline) claimed.get(0).spec().program().context()).content())
                .containsExactly(0, 0xff);
        assertThat(claimed.get(1).spec().program().context()).isEqualTo(key("default", content));
        assertThat(claimed.get(1).spec().program().artifacts())
                .isEqualTo(named.spec().program().artifacts());
    }

    @Test
    void an_unknown_context_refuses_that_job_alone_and_a_known_job_stays_known() throws Exception {
        byte[] content = bytes(5);
        var context = key("default", content);
        var job = job(context);
        assertThat(submissions.insert(List.of(job, Jobs.python("1"))).values())
                .containsExactlyInAnyOrder(Outcome.UNKNOWN_CONTEXT, Outcome.ACCEPTED);
        assertThat(reader.find(job.id())).isEmpty();

        store(context, content);
        assertThat(submissions.insert(List.of(job))).containsValue(Outcome.ACCEPTED);
        finish(Artifacts.NONE);
        finish(Artifacts.NONE);
        age("context", "2 days");
        assertThat(contexts.expire(DAY, 10)).isEqualTo(1);
        assertThat(submissions.insert(List.of(job))).containsValue(Outcome.KNOWN);
        assertThat(submissions.insert(List.of(new Submission(job.id(), job.spec(), new byte[32]))))
                .containsValue(Outcome.CONFLICT);
    }

    @Test
    void a_context_expires_unless_used_or_needed() throws Exception {
        var keys = IntStream.range(1, 5).mapToObj(i -> key("default", bytes(i))).toList();
        for (int i = 1; i < 5; i++) {
            store(keys.get(i - 1), bytes(i));
        }
        submissions.insert(List.of(job(keys.get(1))));
        age("context", "2 days");
        submissions.insert(List.of(job(keys.get(2))));
        assertThat(contexts.expire(Duration.ofDays(3), 10)).isZero();
        assertThat(contexts.expire(DAY, 10)).isEqualTo(2);
        assertThat(contexts.size(keys.get(0))).isEmpty();
        assertThat(contexts.size(keys.get(1))).isPresent();
        assertThat(contexts.size(keys.get(2))).isPresent();

        age("context", "2 days");
        assertThat(contexts.expire(DAY, 10)).as("both are queued").isZero();
        var lease = Workers.claim(workers, claims, 1, DAY).getFirst().lease();
        assertThat(contexts.expire(DAY, 10)).as("one runs").isZero();
        results.finish(lease, ScriptedSandbox.exited(0, "", Jobs.LIMITS));
        assertThat(contexts.expire(DAY, 10)).isEqualTo(1);
        assertThat(count("context_use")).isEqualTo(1);
        sql("update job set state = 'ABANDONED', finished_at = now() where state = 'QUEUED'");
        assertThat(contexts.expire(DAY, 10)).as("may be tried again").isZero();
    }

    @Test
    void the_database_itself_keeps_what_a_job_refers_to() throws Exception {
        store(key("default", bytes(1)), bytes(1));
        submissions.insert(List.of(job(key("default", bytes(1)))));

        assertThatThrownBy(() -> sql("delete from context"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("context_use");
    }

    @Test
    void a_submission_and_the_expiry_at_once_never_leave_a_job_without_its_context()
            throws Exception {
        for (int round = 0; round < 60; round++) {
            byte[] content = bytes(round + 1);
            var context = key("default", content);
            store(context, content);
            age("context", "2 days");
            var job = job(context);
            var outcomes =
                    atOnce(
                            2,
                            i ->
                                    i == 0
                                            ? submissions.insert(List.of(job)).get(job.id())
                                            : contexts.expire(DAY, 10));
            boolean kept = contexts.size(context).isPresent();
            assertThat(outcomes.getFirst())
                    .isEqualTo(kept ? Outcome.ACCEPTED : Outcome.UNKNOWN_CONTEXT);
            assertThat(reader.find(job.id()).isPresent()).isEqualTo(kept);
        }
    }

    @Test
    void artifacts_are_written_with_the_result_and_only_by_the_claim_that_wins() throws Exception {
        submissions.insert(List.of(Jobs.python("1")));
        var lease = Workers.claim(workers, claims, 1, DAY).getFirst().lease();
        var stale = new Lease(lease.job(), lease.epoch() - 1, "v", 1, lease.until());
        var kept =
                new Artifacts(
                        List.of(artifact("a ü/%;b", "1"), artifact("z", "")),
                        List.of(new Omission("x\\xff", Omission.Reason.NAME)),
                        9);

        assertThat(
                        results.finish(
                                stale,
                                result(new Artifacts(List.of(artifact("a", "no")), List.of(), 0))))
                .isFalse();
        assertThat(count("artifact")).isZero();
        assertThat(results.finish(lease, result(kept))).isTrue();
        assertThat(results.finish(lease, result(kept))).isTrue();

        var told = ((JobState.Finished) reader.find(lease.job()).orElseThrow().state()).result();
        assertThat(told.artifacts().files())
                .containsExactlyElementsOf(kept.files().stream().map(Artifact::told).toList());
        assertThat(told.artifacts().omitted()).isEqualTo(kept.omitted());
        assertThat(told.artifacts().omittedCount()).isEqualTo(9);
        assertThat(artifacts.find(lease.job(), "a ü/%;b").orElseThrow().content())
                .isEqualTo("1".getBytes());
        assertThat(artifacts.find(lease.job(), "a")).isEmpty();
        assertThat(artifacts.find(lease.job(), "a\0")).isEmpty();
        assertThat(artifacts.find(Jobs.id(), "z")).isEmpty();
    }

    private void finish(Artifacts kept) {
        for (var claimed : Workers.claim(workers, claims, 9, DAY)) {
            results.finish(claimed.lease(), result(kept));
        }
    }

    private static ExecutionResult result(Artifacts kept) {
        var plain = ScriptedSandbox.exited(0, "", Jobs.LIMITS);
        return plain.with(plain.stdout(), plain.stderr(), kept);
    }

    private static Artifact artifact(String path, String content) {
        byte[] bytes = content.getBytes();
        return new Artifact(path, bytes.length, sha256(bytes), bytes);
    }

    private ContextStore.Outcome store(Context.Uploaded context, byte[] content)
            throws IOException {
        return contexts.store(context, new ByteArrayInputStream(content), content.length, QUOTA);
    }

    private static Submission job(@Nullable Context context) {
        var plain = Jobs.python("print(1)").spec();
        var program = plain.program();
        var tenant = context instanceof Context.Uploaded uploaded ? uploaded.tenant() : "default";
        var place = plain.placement();
        return Jobs.submission(
                Jobs.id(),
                new JobSpec(
                        new Program(
                                "python",
                                program.code(),
                                program.stdin(),
                                List.of(),
                                Map.of(),
                                List.of(),
                                program.needs(),
                                context,
                                new ArtifactRequest(List.of("**/x", "y"), 5, 4, 3, 2)),
                        plain.limits(),
                        new dev.kiln.job.Placement(
                                tenant, null, place.priority(), Map.of(), null, null)));
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + size);
        }
        return bytes;
    }

    private static Context.Uploaded key(String tenant, byte[] content) {
        return new Context.Uploaded(tenant, sha256(content));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private interface Numbered<T> {
        T call(int number) throws Exception;
    }

    private static <T> List<T> atOnce(int threads, Numbered<T> call) throws Exception {
        var ready = new CountDownLatch(threads);
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var futures =
                    IntStream.range(0, threads)
                            .mapToObj(
                                    i ->
                                            executor.submit(
                                                    () -> {
                                                        ready.countDown();
                                                        ready.await();
                                                        return call.call(i);
                                                    }))
                            .toList();
            var answers = new java.util.ArrayList<T>();
            for (var future : futures) {
                answers.add(future.get());
            }
            return answers;
        }
    }

    private void age(String table, String by) throws SQLException {
        sql("update " + table + " set used_at = now() - interval '" + by + "'");
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int count(String table) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getInt(1);
        }
    }
}
