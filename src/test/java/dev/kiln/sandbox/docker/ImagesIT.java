package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Needs;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that jobs bring: made by strangers, for other purposes than ours. */
class ImagesIT {
    private final SandboxHost host = new SandboxHost();
    private final DockerCli docker = new DockerCli(host.home);
    private final List<String> made = new ArrayList<>();
    private int volumes;

    @TempDir Path folder;

    @BeforeEach
    void count() {
        volumes = volumes();
    }

    @AfterEach
    void remove() {
        assertThat(docker.containers()).isEmpty();
        assertThat(volumes()).isEqualTo(volumes);
        made.forEach(image -> docker.run("rmi", "--force", image));
        host.close();
    }

    @Test
    void a_run_shows_the_digest_of_what_its_name_meant_when_it_began() throws Exception {
        String first = build("name", "RUN echo one >/version");
        var one = run(first, "print(open('/version').read())");
        String before = id(first);
        String second = build("name", "RUN echo two >/version");
        var two = run(second, "print(open('/version').read())");

        assertThat(one.stdout().text()).isEqualTo("one\n\n");
        assertThat(two.stdout().text()).isEqualTo("two\n\n");
        assertThat(one.provenance().image()).isEqualTo(before).startsWith("sha256:");
        assertThat(two.provenance().image()).isEqualTo(id(second)).isNotEqualTo(before);
        docker.run("rmi", "--force", before);
    }

    @Test
    void an_image_that_is_not_here_is_this_jobs_matter_alone() throws Exception {
        var fault = refusal("kiln-test/no-such:image");

        assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.NEEDS);
        assertThat(fault).hasMessageContaining("kiln-test/no-such:image is missing on this host");
        host.sandbox.checkReady();
        assertThat(host.python("print(1)").stdout().text()).isEqualTo("1\n");
    }

    @Test
    void what_is_here_is_listed_as_jobs_spell_it() throws Exception {
        String image = build("listed", "");

        assertThat(host.sandbox.images())
                .contains(image, SandboxHost.IMAGE, id(image))
                .noneMatch(name -> name.contains("<none>"));
    }

    @Test
    void volumes_would_be_disk_without_a_limit_and_are_refused() throws Exception {
        String image = build("volume", "VOLUME [\"/data\", \"/tmp/x\"]");

        var fault = refusal(image);

        assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
        assertThat(fault).hasMessageContaining("declares volumes (/data, /tmp/x)");
    }

    @Test
    void what_an_image_says_of_itself_changes_nothing() throws Exception {
        String image =
                build(
                        "hostile",
                        """
                        RUN mkdir -p /opt/bin && cp /usr/bin/python3 /opt/bin/python3 && rm /usr/bin/python3 /usr/bin/python3.11
                        ENV PATH=/opt/bin:/usr/bin:/bin LD_PRELOAD=/opt/none.so SECRET=7 HOME=/root BASH_ENV=/x
                        ENTRYPOINT ["/bin/false"]
                        CMD ["/bin/false"]
                        USER 4242:4242
                        WORKDIR /opt
                        HEALTHCHECK --interval=1s CMD touch /tmp/healthy
                        STOPSIGNAL SIGCONT
                        EXPOSE 80
                        LABEL dev.kiln.home=/elsewhere dev.kiln.instance=000000000000 dev.kiln.job=other
                        ONBUILD RUN false
                        """);

        var result =
                run(
                        image,
                        """
                        import os, sys
                        print(sys.executable, os.getuid(), os.getgid(), os.getcwd(), os.environ["HOME"], os.environ["SECRET"])
                        print([path for path in ("/", "/opt", "/etc", "/kiln", "/job") if os.access(path, os.W_OK)])
                        """);

        assertThat(result.stdout().text())
                .as(result.stderr().text())
                .isEqualTo("/opt/bin/python3 1000 1000 /tmp/work /tmp/work 7\n[]\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void nothing_that_an_image_sets_is_in_the_runners_environment() throws Exception {
        String image = build("env", "ENV SECRET=7 LD_PRELOAD=/x LD_LIBRARY_PATH=/y");

        var result = run(image, "print(open('/proc/1/environ', 'rb').read())");

        assertThat(result.stdout().text()).doesNotContain("SECRET").doesNotContain("LD_");
    }

    @Test
    void an_image_without_the_language_ends_like_a_command_that_is_not_found() throws Exception {
        String image = build("bare", "RUN rm -f /usr/bin/python3*");

        var result = run(image, "print(1)");

        assertThat(result.exitCode()).isEqualTo(127);
        assertThat(result.stderr().text()).contains("python3");
    }

    @Test
    void an_image_with_nothing_in_it_costs_its_job_an_attempt_and_nobody_else_anything()
            throws Exception {
        String image = name("empty");
        Path tar = folder.resolve("empty.tar");
        Files.write(tar, new byte[10240]);
        docker.run("import", tar.toString(), image);

        assertThat(refusal(image).scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
        assertThat(host.python("print(1)").stdout().text()).isEqualTo("1\n");
    }

    @Test
    void an_image_cannot_put_itself_in_the_runners_place() throws Exception {
        for (String trap :
                List.of(
                        "RUN mkdir -p /kiln && cp /bin/true /kiln/kiln-runner",
                        "RUN mkdir -p /tmp && cp /bin/true /tmp/kiln-runner && ln -s /tmp /kiln",
                        "RUN ln -s /dev/shm /kiln",
                        "RUN ln -s /proc /kiln && ln -s /etc /job",
                        "RUN rm -rf /tmp && ln -s /kiln /tmp",
                        "RUN touch /kiln /job")) {
            String image = build("trap" + made.size(), trap);
            String what;
            try {
                what = run(image, "print('honest')").stdout().text();
            } catch (SandboxFault fault) {
                assertThat(fault.scope()).as(trap).isEqualTo(SandboxFault.Scope.SANDBOX);
                what = "honest\n";
            }
            assertThat(what).as(trap).isEqualTo("honest\n");
            assertThat(host.python("print(1)").stdout().text()).as(trap).isEqualTo("1\n");
        }
    }

    @Test
    void setuid_files_of_an_image_give_nothing() throws Exception {
        String image =
                build(
                        "setuid",
                        "RUN cp /usr/bin/id /opt/id && chown 0:0 /opt/id && chmod 6755 /opt/id");

        var result = run(image, "import os; os.execv('/opt/id', ['id', '-u'])");

        assertThat(result.stdout().text()).isEqualTo("1000\n");
    }

    private ExecutionResult run(String image, String code) throws SandboxFault, RunReleased {
        return host.run(SandboxHost.program(code, new Needs(image, false)), SandboxHost.LIMITS);
    }

    private SandboxFault refusal(String image) {
        return catchThrowableOfType(SandboxFault.class, () -> run(image, "print(1)"));
    }

    private String name(String name) {
        String image = "kiln-test/" + name + ":it";
        if (!made.contains(image)) {
            made.add(image);
        }
        return image;
    }

    private String build(String name, String lines) throws IOException {
        Path context = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                context.resolve("Dockerfile"),
                "FROM %s\nUSER 0\n%s\n".formatted(SandboxHost.IMAGE, lines));
        String image = name(name);
        assertThat(docker.run("build", "--no-cache", "--tag", image, context.toString()))
                .contains("Successfully built");
        return image;
    }

    private String id(String image) {
        return docker.run("image", "inspect", "--format", "{{.Id}}", image).strip();
    }

    private int volumes() {
        return docker.run("volume", "ls", "-q").split("\n", -1).length;
    }
}
