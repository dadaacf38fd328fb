package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every endpoint there is says what it needs; whoever adds one must say it too. */
class DeclaredRightsTest {
    private static final List<JavaMethod> ENDPOINTS =
            new ClassFileImporter()
                            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                            .importPackages("dev.kiln")
                            .stream()
                            .filter(c -> c.isAnnotatedWith(Path.class))
                            .flatMap(c -> c.getMethods().stream())
                            .filter(DeclaredRightsTest::isEndpoint)
                            .toList();

    static Stream<JavaMethod> endpoints() {
        return ENDPOINTS.stream();
    }

    private static boolean isEndpoint(JavaMethod method) {
        return method.getAnnotations().stream()
                .anyMatch(a -> a.getRawType().isAnnotatedWith(HttpMethod.class));
    }

    @Test
    void there_are_endpoints_to_look_at() {
        assertThat(endpoints().map(DeclaredRightsTest::path))
                .contains("/v1/jobs", "/v1/jobs/{id}", "/v1/keys", "/v1/batches/{batch}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endpoints")
    void says_what_it_needs(JavaMethod method) {
        assertThat(requires(method)).as("@Requires at %s or its class", method).isNotNull();
    }

    /** What a browser needs to be given a key, and nothing of anybody's. */
    @Test
    void only_the_way_to_sign_in_is_answered_without_a_key() {
        assertThat(
                        endpoints()
                                .filter(e -> requires(e).value() == Right.NOTHING)
                                .map(DeclaredRightsTest::path)
                                .distinct())
                .containsExactlyInAnyOrder("/ui/sign-in", "/ui/sign-out", "/ui/assets/{name}");
    }

    /** The filter runs where the endpoint does, and asks the database. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("endpoints")
    void blocks_no_thread_of_a_connection(JavaMethod method) {
        assertThat(
                        method.isAnnotatedWith(RunOnVirtualThread.class)
                                || method.getOwner().isAnnotatedWith(RunOnVirtualThread.class))
                .as("@RunOnVirtualThread at %s or its class", method)
                .isTrue();
    }

    /** The path's id is what the filter tells the owner by. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("endpoints")
    void names_a_job_by_the_path_parameter_id_and_nothing_else_by_it(JavaMethod method) {
        String path = path(method);
        boolean ofJob = path.startsWith("/v1/jobs/") || path.startsWith("/ui/jobs/");
        boolean named = path.contains("{id}") || path.contains("{id:");
        if (ofJob) {
            assertThat(named).as("%s has {id}", path).isTrue();
        } else if (named) {
            assertThat(requires(method).value()).as(path).isEqualTo(Right.OPERATE);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endpoints")
    void whoever_may_only_read_changes_nothing(JavaMethod method) {
        boolean reads = method.isAnnotatedWith(GET.class) || method.isAnnotatedWith(HEAD.class);
        if (!reads) {
            assertThat(requires(method).value()).isNotEqualTo(Right.READ);
        }
    }

    private static Requires requires(JavaMethod method) {
        return method.tryGetAnnotationOfType(Requires.class)
                .or(() -> method.getOwner().tryGetAnnotationOfType(Requires.class))
                .orElse(null);
    }

    private static String path(JavaMethod method) {
        JavaClass owner = method.getOwner();
        return Stream.concat(
                        Stream.of(owner.getAnnotationOfType(Path.class).value()),
                        method.tryGetAnnotationOfType(Path.class).map(Path::value).stream())
                .flatMap(part -> Arrays.stream(part.split("/")))
                .filter(part -> !part.isEmpty())
                .reduce("", (path, part) -> path + "/" + part);
    }
}
