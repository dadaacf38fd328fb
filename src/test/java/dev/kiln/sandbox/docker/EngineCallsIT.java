package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.Needs;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.testing.EngineCord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often a job calls the engine, counted on its socket: each call costs milliseconds. */
class EngineCallsIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private SandboxHost host;
    private DockerCli docker;
    private EngineCord cord;

    @BeforeEach
    void open() {
        host = new SandboxHost();
        docker = new DockerCli(host.home);
        cord = new EngineCord(host.home.resolve("engine.sock"));
    }

    @AfterEach
    void close() throws Exception {
        cord.close();
        host.close();
        assertThat(docker.containers()).isEmpty();
    }

    @Test
    void a_job_without_a_waiting_container_takes_six_calls() throws Exception {
        try (var sandbox = sandbox(0)) {
            hello(sandbox);
            int before = cord.requests().size();
            hello(sandbox);

            assertThat(since(before))
                    .extracting(EngineCallsIT::withoutIds)
                    .containsExactly(
                            "GET /images/ID/json",
                            "POST /containers/create",
                            "POST /containers/ID/attach",
                            "POST /containers/ID/start",
                            "POST /containers/ID/wait",
                            "DELETE /containers/ID");
        }
    }

    @Test
    void
            a_job_with_a_waiting_container_asks_the_engine_nothing_of_it_but_when_it_ended_and_to_remove_it()
                    throws Exception {
        try (var sandbox = sandbox(2)) {
            hello(sandbox);
            await().atMost(SOON).until(() -> sandbox.waiting() == 2);
            Set<String> waiting = Set.copyOf(docker.containers());
            int before = cord.requests().size();
            long served = sandbox.served();
            hello(sandbox);

            assertThat(sandbox.served()).isEqualTo(served + 1);
            await().atMost(SOON).until(() -> sandbox.waiting() == 2);
            await().atMost(SOON).until(() -> removed(before).size() == 1);
            assertThat(waiting).anyMatch(id -> removed(before).getFirst().contains(id));
            assertThat(since(before))
                    .filteredOn(call -> waiting.stream().anyMatch(call::contains))
                    .extracting(EngineCallsIT::withoutIds)
                    .containsExactly("POST /containers/ID/wait", "DELETE /containers/ID");
            // The next one in its place, and nothing else but a look at the image every few
            // seconds.
            assertThat(since(before))
                    .filteredOn(call -> waiting.stream().noneMatch(call::contains))
                    .filteredOn(call -> !call.startsWith("GET /images/"))
                    .extracting(EngineCallsIT::withoutIds)
                    .containsExactly(
                            "POST /containers/create",
                            "POST /containers/ID/attach",
                            "POST /containers/ID/start");
        }
    }

    @Test
    void images_are_listed_once_in_a_while_and_at_once_when_one_was_missing() throws Exception {
        try (var sandbox = sandbox(0)) {
            var names = sandbox.images();
            assertThat(names).contains(SandboxHost.IMAGE);
            assertThat(sandbox.images()).isSameAs(names);
            assertThat(lists()).isEqualTo(1);

            var absent = new Needs("kiln-test/absent:image", false);
            var program = SandboxHost.program("print('hello')", absent);
            assertThatThrownBy(
                            () ->
                                    sandbox.run(
                                            SandboxHost.tag(),
                                            program,
                                            SandboxHost.LIMITS,
                                            new StopSignal()))
                    .isInstanceOf(SandboxFault.class);
            assertThat(sandbox.images()).contains(SandboxHost.IMAGE);
            assertThat(lists()).isEqualTo(2);
        }
    }

    private long lists() {
        return cord.requests().stream().filter(call -> call.startsWith("GET /images/json")).count();
    }

    private DockerSandbox sandbox(int waiting) throws Exception {
        var sandbox =
                new DockerSandbox(
                        host.settings.withEngine(cord.uri()),
                        SandboxHost.shipped(),
                        ContextSource.NONE,
                        Pools.with(
                                Map.of(
                                        "size", String.valueOf(waiting),
                                        "memory", "256m",
                                        "disk", "32m")));
        sandbox.checkReady();
        return sandbox;
    }

    private static void hello(DockerSandbox sandbox) throws Exception {
        var result =
                sandbox.run(
                        SandboxHost.tag(),
                        SandboxHost.program("python", "print('hello')"),
                        SandboxHost.LIMITS,
                        new StopSignal());
        assertThat(result.stdout().text()).isEqualTo("hello\n");
    }

    private List<String> since(int before) {
        var all = cord.requests();
        return all.subList(before, all.size());
    }

    private List<String> removed(int before) {
        return since(before).stream().filter(call -> call.startsWith("DELETE ")).toList();
    }

    private static String withoutIds(String call) {
        return call.replaceAll("\\?.*", "")
                .replaceAll("(/(?:images|containers)/)(?!create)[^/]+", "$1ID");
    }
}
