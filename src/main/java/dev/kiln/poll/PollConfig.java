package dev.kiln.poll;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How requests that wait for jobs find out. */
@ConfigMapping(prefix = "kiln.poll")
public interface PollConfig {
    /**
     * How often the jobs that requests wait for are looked at, all in one statement: so late is an
     * answer when the hint of another process was lost.
     */
    @WithDefault("1s")
    Duration look();

    /** How many clients may follow jobs by this process at once; one costs a connection. */
    @WithDefault("1000")
    int streams();
}
