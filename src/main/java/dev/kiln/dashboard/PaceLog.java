package dev.kiln.dashboard;

import dev.kiln.store.Pace;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The pace of the last hour. The minutes that are over are remembered, so that each look reads only
 * those since the last one.
 */
final class PaceLog {
    private static final Duration KEPT = Duration.ofHours(1);

    /** A result is dated when its transaction begins; it may be seen a little later. */
    private static final Duration LATE = Duration.ofMinutes(1);

    private final Function<Instant, List<Pace>> since;
    private final TreeMap<Instant, Pace> minutes = new TreeMap<>();
    private Instant from = Instant.MIN;

    /**
     * @param since reads the minutes from that one on
     */
    PaceLog(Function<Instant, List<Pace>> since) {
        this.since = since;
    }

    /** Each minute of the hour, oldest first; those without results have zeros. */
    synchronized List<Pace> lastHour(Instant now) {
        Instant current = now.truncatedTo(ChronoUnit.MINUTES);
        Instant first = current.minus(KEPT);
        for (Pace pace : since.apply(from.isBefore(first) ? first : from)) {
            minutes.put(pace.minute(), pace);
        }
        from = current.minus(LATE);
        minutes.headMap(first).clear();
        List<Pace> hour = new ArrayList<>();
        for (Instant minute = first;
                !minute.isAfter(current);
                minute = minute.plus(1, ChronoUnit.MINUTES)) {
            hour.add(minutes.getOrDefault(minute, new Pace(minute, 0, 0, 0)));
        }
        return hour;
    }
}
