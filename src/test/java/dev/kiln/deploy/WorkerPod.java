package dev.kiln.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.testing.ComposeStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.StreamSupport;

/**
 * The pod of a privileged worker, as its manifest has it, of containers of this host's engine: the
 * same mounts, users and rights, no network. Its volumes are on disk, those of memory too, since
 * they must outlive a container as a pod's do.
 */
final class WorkerPod implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofMinutes(2);

    /**
     * What {@code --privileged} comes to where Docker itself lacks a capability that the kernel
     * knows, as in some virtual machines, and so can give no container all of them.
     */
    private static final List<String> ALL_THERE_IS =
            List.of(
                    "--cap-add=ALL",
                    "--cap-drop=SYS_RESOURCE",
                    "--security-opt=seccomp=unconfined",
                    "--security-opt=apparmor=unconfined",
                    "--security-opt=systempaths=unconfined",
                    "--device-cgroup-rule=a *:* rwm");

    /** Makes /sys and the cgroups writable (MS_REMOUNT, MS_BIND), as they are when privileged. */
    private static final String WRITABLE_SYS =
            """
            my $no = 0;
            for my $each (glob "/sys /sys/fs/cgroup/*") {
                syscall(165, $no, "$each", $no, 32 | 4096 | 14, $no) == 0 or die "$each: $!";
            }
            exec "/opt/kiln-engine/engine";
            """;

    private final String name =
            "kiln-test-" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
    private final String engine = name + "-engine";
    private final Manifests manifests = Manifests.render("workers");
    private final JsonNode pod =
            manifests.one("Deployment", "kiln-worker").at("/spec/template/spec");
    private final String image;

    WorkerPod() {
        ComposeStack.setUp("pod");
        image =
                "kiln-engine:"
                        + KubernetesIT.first(Path.of("pom.xml"), "<version>([^<]+)</version>");
        var create = new ArrayList<>(List.of("run", "--rm", "--user=0", "--network=none"));
        var folders = new ArrayList<String>();
        for (String volume : emptyDirs()) {
            create.add("--volume=" + volume(volume) + ":/volumes/" + volume);
            folders.add("/volumes/" + volume);
        }
        create.addAll(List.of("--entrypoint=chmod", image, "1777"));
        create.addAll(folders);
        ComposeStack.docker(create.toArray(String[]::new));
    }

    private List<String> emptyDirs() {
        return StreamSupport.stream(pod.path("volumes").spliterator(), false)
                .filter(v -> v.has("emptyDir"))
                .map(v -> v.path("name").asText())
                .toList();
    }

    private String volume(String of) {
        return name + "-" + of;
    }

    /** Starts the sidecar and waits for its probe. */
    void start() {
        var container = pod.at("/initContainers/0");
        assertThat(container.at("/securityContext/privileged").asBoolean()).isTrue();
        var privileged = run(container, "--detach", "--name=" + engine, "--privileged");
        privileged.add(image);
        var answer = ComposeStack.tryDocker(privileged.toArray(String[]::new));
        if (answer.code() != 0) {
            assertThat(answer.err()).contains("unable to apply caps: operation not permitted");
            ComposeStack.docker("rm", engine);
            var almost = run(container, "--detach", "--name=" + engine);
            almost.addAll(ALL_THERE_IS);
            almost.addAll(List.of("--entrypoint=perl", image, "-e", WRITABLE_SYS));
            ComposeStack.docker(almost.toArray(String[]::new));
        }
        awaitProbe();
    }

    /** Kills the sidecar with all that runs in it, and has it started again as a kubelet does. */
    void restart() {
        ComposeStack.docker("kill", engine);
        ComposeStack.docker("start", engine);
        // Not what the one before left.
        await().atMost(START).until(() -> inEngine("docker", "--host=" + host(), "info"));
        awaitProbe();
    }

    private void awaitProbe() {
        String[] probe =
                strings(pod.at("/initContainers/0/startupProbe/exec/command"))
                        .toArray(String[]::new);
        await().atMost(START)
                .untilAsserted(
                        () ->
                                assertThat(inEngine(probe))
                                        .as(() -> ComposeStack.tryDocker("logs", engine).err())
                                        .isTrue());
    }

    private boolean inEngine(String... command) {
        var exec = new ArrayList<>(List.of("exec", engine));
        exec.addAll(List.of(command));
        return ComposeStack.tryDocker(exec.toArray(String[]::new)).code() == 0;
    }

    /** What the engine in the sidecar answers to a command of Docker's. */
    List<String> docker(String... arguments) {
        var exec = new ArrayList<>(List.of("exec", engine, "docker", "--host=" + host()));
        exec.addAll(List.of(arguments));
        return ComposeStack.docker(exec.toArray(String[]::new));
    }

    /** What is in a folder of the sidecar. */
    List<String> files(String folder) {
        return ComposeStack.docker("exec", engine, "find", folder, "-mindepth", "1");
    }

    /** Ends the sidecar as a kubelet does; returns what it ended with. */
    int stop() {
        ComposeStack.docker("stop", "--time=60", engine);
        return Integer.parseInt(
                ComposeStack.docker("inspect", "--format={{.State.ExitCode}}", engine).getFirst());
    }

    private String host() {
        return setting("KILN_SANDBOX_ENGINE");
    }

    private String setting(String key) {
        return manifests.one("ConfigMap", "kiln-worker").at("/data/" + key).asText();
    }

    /**
     * Runs a program as the worker's container would, whose user and rights it has. Its JVM is this
     * test's, so that no image of Kiln has to be built.
     */
    JsonNode program(String code, String... options) {
        var container = pod.at("/containers/0");
        var context = container.path("securityContext");
        assertThat(strings(context.at("/capabilities/drop"))).containsExactly("ALL");
        assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        var command =
                run(
                        container,
                        "--rm",
                        "--interactive",
                        "--name=" + name + "-worker",
                        "--cap-drop=ALL",
                        "--security-opt=no-new-privileges");
        command.add(
                "--user="
                        + context.path("runAsUser").asText()
                        + ":"
                        + context.path("runAsGroup").asText());
        for (String key : List.of("KILN_HOME", "KILN_SANDBOX_ENGINE")) {
            command.add("--env=" + key + "=" + setting(key));
        }
        Path app = Path.of("target/quarkus-app").toAbsolutePath();
        command.add("--volume=" + System.getProperty("java.home") + ":/jdk:ro");
        command.add("--volume=" + app + ":/app:ro");
        command.addAll(List.of("--entrypoint=/jdk/bin/java", image));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable"));
        command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(
                List.of(
                        "-cp",
                        "/app/app/*:/app/quarkus/generated-bytecode.jar:/app/lib/main/*:/app/lib/boot/*",
                        "dev.kiln.cli.Main"));
        command.addAll(List.of("run", "--json", "--language=python", "-"));
        command.addAll(List.of(options));
        var ended = ComposeStack.feedDocker(code, command.toArray(String[]::new));
        assertThat(ended.out()).as(ended.err()).startsWith("{");
        try {
            return JSON.readTree(ended.out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> run(JsonNode container, String... options) {
        var command = new ArrayList<>(List.of("run", "--network=none"));
        command.addAll(List.of(options));
        if (container.at("/securityContext/readOnlyRootFilesystem").asBoolean()) {
            command.add("--read-only");
        }
        var volumes = emptyDirs();
        for (JsonNode mount : container.path("volumeMounts")) {
            String of = mount.path("name").asText();
            if (volumes.contains(of)) {
                String at = mount.path("mountPath").asText();
                command.add("--volume=" + volume(of) + ":" + at + ":nocopy");
            }
        }
        return command;
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    @Override
    public void close() {
        ComposeStack.tryDocker("rm", "--force", "--volumes", engine);
        emptyDirs().forEach(v -> ComposeStack.docker("volume", "rm", "--force", volume(v)));
    }
}
