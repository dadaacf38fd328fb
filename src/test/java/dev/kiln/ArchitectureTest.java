package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packages and the arrows between them: what is not listed here is not allowed. */
class ArchitectureTest {
    private static final String ROOT = "dev.kiln";

    /** Package, and what it may import of Kiln besides itself. */
    private static final Map<String, Set<String>> ARROWS =
            Map.ofEntries(
                    Map.entry("job", Set.of()),
                    Map.entry("lifecycle", Set.of()),
                    Map.entry("problem", Set.of()),
                    Map.entry("topic", Set.of()),
                    Map.entry("http", Set.of("problem", "lifecycle")),
                    Map.entry("wire", Set.of("job")),
                    Map.entry("log", Set.of("job", "wire")),
                    Map.entry("metrics", Set.of("job", "sandbox")),
                    Map.entry("tracing", Set.of("job")),
                    Map.entry("store", Set.of("job", "lifecycle", "log", "metrics")),
                    Map.entry("objectstore", Set.of("job", "lifecycle", "store")),
                    Map.entry("tls", Set.of()),
                    Map.entry("access.oidc", Set.of("lifecycle", "tls")),
                    Map.entry(
                            "access",
                            Set.of("access.oidc", "job", "lifecycle", "problem", "store", "wire")),
                    Map.entry(
                            "intake",
                            Set.of(
                                    "access",
                                    "job",
                                    "store",
                                    "wire",
                                    "problem",
                                    "lifecycle",
                                    "log",
                                    "metrics",
                                    "poll",
                                    "retention",
                                    "topic",
                                    "tracing",
                                    "webhook")),
                    Map.entry(
                            "context",
                            Set.of(
                                    "access",
                                    "intake",
                                    "job",
                                    "lifecycle",
                                    "problem",
                                    "store",
                                    "wire")),
                    Map.entry(
                            "poll",
                            Set.of(
                                    "access",
                                    "job",
                                    "objectstore",
                                    "store",
                                    "wire",
                                    "problem",
                                    "lifecycle")),
                    Map.entry("contract", Set.of("access", "problem")),
                    Map.entry(
                            "dashboard",
                            Set.of("access", "intake", "job", "poll", "problem", "store", "wire")),
                    Map.entry("retention", Set.of("objectstore", "store", "lifecycle")),
                    Map.entry(
                            "fleet",
                            Set.of("access", "job", "store", "wire", "problem", "lifecycle")),
                    Map.entry(
                            "event",
                            Set.of("job", "store", "wire", "lifecycle", "topic", "tracing")),
                    Map.entry(
                            "webhook",
                            Set.of(
                                    "access",
                                    "event",
                                    "job",
                                    "store",
                                    "wire",
                                    "problem",
                                    "lifecycle",
                                    "tls",
                                    "tracing")),
                    Map.entry(
                            "claim",
                            Set.of("job", "store", "lifecycle", "log", "metrics", "tracing")),
                    Map.entry("sandbox", Set.of("job")),
                    Map.entry("sandbox.docker", Set.of("job", "sandbox")),
                    Map.entry("sandbox.scripted", Set.of("job", "sandbox")),
                    Map.entry(
                            "sandbox.host",
                            Set.of("job", "sandbox", "sandbox.docker", "sandbox.scripted")),
                    Map.entry("doctor", Set.of("job", "sandbox", "sandbox.docker")),
                    Map.entry(
                            "run",
                            Set.of(
                                    "access",
                                    "job",
                                    "claim",
                                    "objectstore",
                                    "store",
                                    "sandbox",
                                    "lifecycle",
                                    "log",
                                    "metrics",
                                    "problem",
                                    "tracing",
                                    "wire")),
                    Map.entry("local", Set.of("intake", "job", "sandbox", "sandbox.docker")),
                    Map.entry("embedded", Set.of()),
                    Map.entry("chaos", Set.of("embedded")),
                    Map.entry("bench.docker", Set.of()),
                    Map.entry("bench.host", Set.of()),
                    // For others' programs: it knows nothing of the server.
                    Map.entry("client", Set.of()),
                    Map.entry("cli.client", Set.of("client")),
                    Map.entry("cli.access", Set.of("cli.client")),
                    Map.entry("cli.terminal", Set.of()),
                    Map.entry("cli.program", Set.of("cli.client")),
                    Map.entry("cli.report", Set.of("cli.client", "cli.terminal")),
                    Map.entry(
                            "cli.demo",
                            Set.of("cli.client", "cli.report", "cli.terminal", "embedded", "job")),
                    Map.entry(
                            "cli.bench",
                            Set.of(
                                    "bench.docker",
                                    "bench.host",
                                    "cli.access",
                                    "cli.bench.queue",
                                    "cli.bench.peers",
                                    "cli.client",
                                    "cli.report",
                                    "cli.terminal",
                                    "embedded")),
                    // The claim that is measured is the product's own.
                    Map.entry(
                            "cli.bench.queue",
                            Set.of(
                                    "cli.client",
                                    "cli.report",
                                    "cli.terminal",
                                    "embedded",
                                    "store")),
                    Map.entry(
                            "cli.bench.peers",
                            Set.of("cli.client", "cli.report", "cli.terminal", "embedded")),
                    Map.entry(
                            "cli.local",
                            Set.of(
                                    "cli.client",
                                    "cli.program",
                                    "cli.report",
                                    "cli.terminal",
                                    "doctor",
                                    "intake",
                                    "job",
                                    "local",
                                    "sandbox",
                                    "sandbox.docker",
                                    "wire")),
                    Map.entry(
                            "cli",
                            Set.of(
                                    "chaos",
                                    "cli.access",
                                    "client",
                                    "cli.bench",
                                    "cli.client",
                                    "cli.demo",
                                    "cli.local",
                                    "cli.program",
                                    "cli.report",
                                    "cli.terminal",
                                    "embedded")),
                    // The entry point: it alone looks at several features, to check them before
                    // they start.
                    Map.entry(
                            "",
                            Set.of(
                                    "access",
                                    "intake",
                                    "lifecycle",
                                    "objectstore",
                                    "run",
                                    "sandbox.scripted",
                                    "store",
                                    "embedded")));

    /** A library, and the packages that may see it. */
    private static final Map<String, Set<String>> CONFINED =
            Map.ofEntries(
                    // Besides the sandbox only what it is measured against: the same client, so
                    // that it makes no difference.
                    Map.entry("com.github.dockerjava", Set.of("sandbox.docker", "bench.docker")),
                    Map.entry("org.apache.hc", Set.of("webhook")),
                    Map.entry("software.amazon", Set.of("objectstore")),
                    Map.entry("org.jose4j", Set.of("access.oidc")),
                    Map.entry("jakarta.persistence", Set.of("store")),
                    Map.entry("org.hibernate", Set.of("store")),
                    Map.entry("org.flywaydb", Set.of("store")),
                    Map.entry("io.micrometer", Set.of("fleet", "metrics")),
                    Map.entry("io.opentelemetry", Set.of("tracing")),
                    Map.entry(
                            "java.sql",
                            Set.of(
                                    "store",
                                    "embedded",
                                    "chaos",
                                    "cli.bench.queue",
                                    "cli.bench.peers")),
                    Map.entry("org.eclipse.microprofile.reactive", Set.of("intake", "event")),
                    Map.entry(
                            "org.apache.kafka",
                            Set.of(
                                    "intake",
                                    "event",
                                    "topic",
                                    "embedded",
                                    "cli.demo",
                                    "cli.bench",
                                    "cli.bench.queue",
                                    "chaos")),
                    Map.entry(
                            "picocli",
                            Set.of(
                                    "cli",
                                    "cli.access",
                                    "cli.bench",
                                    "cli.bench.queue",
                                    "cli.bench.peers",
                                    "cli.demo",
                                    "cli.local",
                                    "cli.program")));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages(ROOT);

    static Stream<String> packages() {
        return CLASSES.stream().map(ArchitectureTest::packageOf).distinct().sorted();
    }

    @ParameterizedTest(name = "dev.kiln.{0}")
    @MethodSource("packages")
    void imports_only_along_the_listed_arrows(String name) {
        assertThat(ARROWS).containsKey(name);
        Set<String> imported =
                dependenciesOf(name)
                        .map(ArchitectureTest::packageOf)
                        .filter(p -> !p.equals(name))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ARROWS.get(name)).containsAll(imported);
    }

    @ParameterizedTest(name = "dev.kiln.{0}")
    @MethodSource("packages")
    void sees_no_library_that_belongs_to_another_package(String name) {
        Set<String> strange = new TreeSet<>();
        CLASSES.stream()
                .filter(c -> packageOf(c).equals(name))
                .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                .map(Dependency::getTargetClass)
                .map(JavaClass::getPackageName)
                .forEach(
                        target ->
                                CONFINED.forEach(
                                        (library, owners) -> {
                                            if (isIn(target, library) && !owners.contains(name)) {
                                                strange.add(target);
                                            }
                                        }));
        assertThat(strange).isEmpty();
    }

    @Test
    void the_listed_arrows_have_no_cycle() {
        for (String start : ARROWS.keySet()) {
            Set<String> reached = new HashSet<>();
            List<String> frontier = List.copyOf(ARROWS.get(start));
            while (!frontier.isEmpty()) {
                reached.addAll(frontier);
                frontier =
                        frontier.stream()
                                .flatMap(p -> ARROWS.getOrDefault(p, Set.of()).stream())
                                .filter(p -> !reached.contains(p))
                                .distinct()
                                .toList();
            }
            assertThat(reached).as("what %s reaches", start).doesNotContain(start);
        }
    }

    @Test
    void every_listed_package_exists() {
        assertThat(packages()).containsAll(ARROWS.keySet());
    }

    private static Stream<JavaClass> dependenciesOf(String name) {
        return CLASSES.stream()
                .filter(c -> packageOf(c).equals(name))
                .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                .map(Dependency::getTargetClass)
                .map(JavaClass::getBaseComponentType)
                .filter(c -> isIn(c.getPackageName(), ROOT));
    }

    private static boolean isIn(String name, String parent) {
        return name.equals(parent) || name.startsWith(parent + ".");
    }

    private static String packageOf(JavaClass c) {
        String[] parts = c.getPackageName().split("\\.");
        return String.join(".", Arrays.copyOfRange(parts, ROOT.split("\\.").length, parts.length));
    }
}
