package dev.kiln.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures as people read them. */
final class Words {
    private static final String NOTHING = "–";
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    /** In UTC, to the millisecond. */
    static String moment(@Nullable Instant moment) {
        return moment == null ? NOTHING : MOMENT.format(moment);
    }

    static String millis(@Nullable Long millis) {
        if (millis == null) {
            return NOTHING;
        }
        if (millis < 1_000) {
            return millis + " ms";
        }
        return millis < 60_000
                ? String.format(Locale.ROOT, "%.1f s", millis / 1_000.0)
                : duration(Duration.ofMillis(millis));
    }

    /** In the two largest units that it has. */
    static String duration(Duration duration) {
        if (duration.toDays() > 0) {
            return "%d d %d h".formatted(duration.toDays(), duration.toHoursPart());
        }
        if (duration.toHours() > 0) {
            return "%d h %d min".formatted(duration.toHours(), duration.toMinutesPart());
        }
        return duration.toMinutes() > 0
                ? "%d min %d s".formatted(duration.toMinutes(), duration.toSecondsPart())
                : duration.toSeconds() + " s";
    }

    static String bytes(@Nullable Long bytes) {
        if (bytes == null) {
            return NOTHING;
        }
        if (bytes < 1024) {
            return bytes + " B";
        }
        double size = bytes;
        int unit = -1;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, size % 1 == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String or(@Nullable Object value) {
        return value == null ? NOTHING : value.toString();
    }

    /** The name of a termination or state as words. */
    static String name(@Nullable String name) {
        return name == null ? NOTHING : name.replace('_', ' ');
    }
}
