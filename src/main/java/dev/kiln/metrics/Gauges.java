package dev.kiln.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * Shows figures that features keep anyway. They are asked at each scrape, so what they answer must
 * be at hand: nothing here may ask the database, the broker or the engine.
 */
@Singleton
public class Gauges {
    private final MeterRegistry registry;

    Gauges(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * A figure that goes up and down.
     *
     * @param name with dots, without a unit's suffix unless it is part of the name
     * @param value {@code NaN} for as long as it is not known
     */
    public void gauge(String name, String description, DoubleSupplier value) {
        Gauge.builder(name, value::getAsDouble).description(description).register(registry);
    }

    /** 1 while it holds, else 0. */
    public void flag(String name, String description, BooleanSupplier holds) {
        gauge(name, description, () -> holds.getAsBoolean() ? 1 : 0);
    }

    /** A figure that only grows. */
    public void counter(String name, String description, DoubleSupplier value) {
        // Of the object beside the function the registry has only a weak reference.
        FunctionCounter.builder(name, this, _ -> value.getAsDouble())
                .description(description)
                .register(registry);
    }
}
