package dev.kiln.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.TraceParent;
import dev.kiln.testing.Jobs;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String GIVEN = "00-" + TRACE + "-b7ad6b7169203331-01";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider =
            SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build();
    private final Tracing tracing = Tracing.into(provider.get("test"));

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void a_record_is_taken_in_the_trace_that_its_producer_gave() {
        try (var step = tracing.received(delivery(GIVEN))) {
            assertThat(step.asParent()).isNotNull();
            assertThat(step.asParent().traceId()).isEqualTo(TRACE);
        }
        var span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "\u0000\u00ff\n"
            })
    void a_header_that_is_no_traceparent_begins_a_trace(String header) {
        tracing.received(delivery(header)).close();
        var span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.getTraceId()).isNotEqualTo(TRACE);
        assertThat(TraceParent.stored(header)).isNull();
    }

    @Test
    void what_is_submitted_belongs_to_what_its_thread_is_at_unless_it_brought_its_own() {
        var own = new TraceParent(GIVEN);
        var plain = Jobs.python("1");
        try (var step = tracing.received(delivery(""));
                var _ = step.work()) {
            assertThat(tracing.inTrace(List.of(plain, plain.in(own))))
                    .extracting(submission -> submission.trace())
                    .containsExactly(step.asParent(), own);
        }
        assertThat(tracing.inTrace(List.of(plain)).getFirst().trace()).isNull();
    }

    @Test
    void off_it_makes_no_span_and_knows_of_no_trace() {
        var off = Tracing.off();
        var submissions = List.of(Jobs.python("1"));
        try (var step = tracing.received(delivery(GIVEN));
                var _ = step.work()) {
            assertThat(off.here()).isNull();
            assertThat(off.inTrace(submissions)).isSameAs(submissions);
            assertThat(off.received(delivery(GIVEN))).isSameAs(Step.NONE);
        }
        assertThat(Step.NONE.asParent()).isNull();
        assertThat(exporter.getFinishedSpanItems()).hasSize(1);
    }

    @Test
    void an_endpoint_by_any_of_its_names_switches_it_on() {
        assertThat(disabled(Map.of())).isTrue();
        for (String name : List.of("kiln.tracing.endpoint", "otel.exporter.otlp.endpoint")) {
            var config = config(Map.of(name, "http://collector:4317"));
            assertThat(config.getValue("quarkus.otel.sdk.disabled", Boolean.class))
                    .as(name)
                    .isFalse();
            assertThat(config.getValue("quarkus.otel.exporter.otlp.endpoint", String.class))
                    .isEqualTo("http://collector:4317");
        }
        assertThat(
                        disabled(
                                Map.of(
                                        "kiln.tracing.endpoint",
                                        "http://collector:4317",
                                        "otel.sdk.disabled",
                                        "true")))
                .isTrue();
    }

    @Test
    void settings_that_make_no_sense_are_refused_by_their_names() {
        refused("kiln.tracing.endpoint", "collector:4317", "http://");
        refused("kiln.tracing.ratio", "1.5", "0 to 1");
        refused("kiln.tracing.ratio", "NaN", "0 to 1");
    }

    private static void refused(String name, String value, String remedy) {
        assertThatThrownBy(() -> ConfigCheck.check(mapping(Map.of(name, value))))
                .hasMessageContainingAll(name, remedy, value);
    }

    private static TracingConfig mapping(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(TracingConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(TracingConfig.class);
    }

    private static boolean disabled(Map<String, String> settings) {
        return config(settings).getValue("quarkus.otel.sdk.disabled", Boolean.class);
    }

    private static SmallRyeConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(
                                Map.of("quarkus.otel.sdk.disabled", "true"), "application", 250),
                        new PropertiesConfigSource(settings, "test", 260))
                .withSources(new TracingSwitch())
                .build();
    }

    private static Delivery delivery(String header) {
        return new Delivery("kiln.jobs", 0, 1, header.getBytes(StandardCharsets.ISO_8859_1));
    }
}
