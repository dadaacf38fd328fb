package dev.kiln.deploy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Which environment variables mean something to the application, found in its code. */
final class KnownSettings {
    /** Read where no mapping or file shows it: by an expression, and by the Kafka client. */
    private static final Set<String> OTHERS =
            Set.of(
                    "KILN_HOME",
                    "KAFKA_SECURITY_PROTOCOL",
                    "KAFKA_SASL_MECHANISM",
                    "KAFKA_SASL_JAAS_CONFIG",
                    "KAFKA_SSL_TRUSTSTORE_TYPE",
                    "KAFKA_SSL_TRUSTSTORE_LOCATION");

    private static final Pattern OURS = Pattern.compile("(KILN|QUARKUS|KAFKA|MP)_.*");

    private final Set<Pattern> names;

    private KnownSettings(Set<Pattern> names) {
        this.names = names;
    }

    static KnownSettings ofTheApplication() {
        JavaClasses classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.kiln");
        return new KnownSettings(
                Stream.of(mapped(classes), injected(classes), configured(), OTHERS.stream())
                        .flatMap(s -> s)
                        .map(KnownSettings::variable)
                        .collect(Collectors.toSet()));
    }

    private static Stream<String> mapped(JavaClasses classes) {
        return classes.stream()
                .filter(c -> c.isAnnotatedWith(ConfigMapping.class))
                .flatMap(
                        c ->
                                ConfigMappings.getProperties(ConfigClass.configClass(c.reflect()))
                                        .keySet()
                                        .stream());
    }

    private static Stream<String> injected(JavaClasses classes) {
        return classes.stream()
                .flatMap(c -> c.getConstructors().stream())
                .flatMap(c -> c.getParameters().stream())
                .filter(p -> p.isAnnotatedWith(ConfigProperty.class))
                .map(p -> p.getAnnotationOfType(ConfigProperty.class).name());
    }

    private static Stream<String> configured() {
        var properties = new Properties();
        try (var file =
                Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.stringPropertyNames().stream();
    }

    /** As MicroProfile Config looks for it; a star stands for a key of the site's own. */
    private static Pattern variable(String property) {
        return Pattern.compile(
                property.replace("*", "STAR")
                        .replaceAll("[^A-Za-z0-9]", "_")
                        .toUpperCase(Locale.ROOT)
                        .replace("STAR", "[A-Z0-9_]+"));
    }

    /** Whether nobody would ever read a variable of this name though it looks like a setting. */
    boolean isUnknown(String variable) {
        return OURS.matcher(variable).matches()
                && names.stream().noneMatch(name -> name.matcher(variable).matches());
    }
}
