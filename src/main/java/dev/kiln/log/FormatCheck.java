package dev.kiln.log;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Has a format that is none refused at the start, as other settings are. */
@ApplicationScoped
class FormatCheck {
    private static final int FIRST = 50;

    void check(@Observes @Priority(FIRST) StartupEvent event, LogConfig config) {
        config.format();
    }
}
