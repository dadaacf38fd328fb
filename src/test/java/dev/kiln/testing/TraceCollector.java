package dev.kiln.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** A collector that keeps what processes send it by OTLP over HTTP. */
public final class TraceCollector implements AutoCloseable {
    /**
     * A span as it was sent.
     *
     * @param service the name of the process
     * @param parent empty of the first one
     * @param kind {@code SERVER}, {@code INTERNAL}, …
     * @param links the ids of the traces that it refers to
     */
    public record Span(
            String service,
            String name,
            String kind,
            String trace,
            String id,
            String parent,
            long start,
            long end,
            boolean error,
            Map<String, String> attributes,
            List<String> events,
            List<String> links) {
        /** An attribute; null without. */
        public String get(String key) {
            return attributes.get(key);
        }
    }

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<String> posts = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    public TraceCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.createContext("/hook", this::takePost);
        server.start();
    }

    /** Where it takes webhooks too. */
    public String hook() {
        return endpoint() + "/hook";
    }

    /** What posts to that had for {@code traceparent}. */
    public List<String> posts() {
        return List.copyOf(posts);
    }

    private void takePost(HttpExchange exchange) throws IOException {
        try (exchange) {
            posts.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    /** What {@code kiln.tracing.endpoint} is to be. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What came so far. */
    public List<Span> spans() {
        return List.copyOf(spans);
    }

    /** What came so far of one trace. */
    public List<Span> spans(String trace) {
        return spans.stream().filter(span -> span.trace().equals(trace)).toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean packed =
                    "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            InputStream body = exchange.getRequestBody();
            var request =
                    ExportTraceServiceRequest.parseFrom(packed ? new GZIPInputStream(body) : body);
            request.getResourceSpansList().forEach(this::add);
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(ResourceSpans of) {
        String service =
                attributes(of.getResource().getAttributesList()).getOrDefault("service.name", "");
        of.getScopeSpansList().stream()
                .flatMap(scope -> scope.getSpansList().stream())
                .map(span -> span(service, span))
                .forEach(spans::add);
    }

    private static Span span(String service, io.opentelemetry.proto.trace.v1.Span span) {
        var hex = HexFormat.of();
        return new Span(
                service,
                span.getName(),
                span.getKind().name().replace("SPAN_KIND_", ""),
                hex.formatHex(span.getTraceId().toByteArray()),
                hex.formatHex(span.getSpanId().toByteArray()),
                hex.formatHex(span.getParentSpanId().toByteArray()),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                attributes(span.getAttributesList()),
                span.getEventsList().stream()
                        .map(event -> event.getName() + attributes(event.getAttributesList()))
                        .toList(),
                span.getLinksList().stream()
                        .map(link -> hex.formatHex(link.getTraceId().toByteArray()))
                        .toList());
    }

    private static Map<String, String> attributes(List<KeyValue> list) {
        Map<String, String> attributes = new TreeMap<>();
        list.forEach(each -> attributes.put(each.getKey(), text(each.getValue())));
        return attributes;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> String.valueOf(value.getIntValue());
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
            default -> value.toString();
        };
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
