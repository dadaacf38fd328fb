package dev.kiln.cli.bench.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A peer's driver that does what a test says, in the language of drivers. */
final class FakePeer {

    private static final String READY =
            "echo '@ {\"event\":\"ready\",\"version\":\"9.9\",\"settings\":{\"threads\":\"4\"}}'\n";

    /** Works off any number of jobs in half a second each time, and prints what is no answer. */
    static final String WILLING =
            READY
                    + """
                    while read -r command jobs; do
                        echo "a library's line about $command"
                        case "$command" in
                            load) echo '@ {"event":"loaded"}' ;;
                            run) echo '@ {"event":"ran","handled":'"$jobs"',"nanos":500000000}' ;;
                        esac
                    done
                    """;

    private FakePeer() {}

    /** Ready, and then this. */
    static String ready(String then) {
        return READY + then;
    }

    /** A process of it. */
    static PeerProcess start(String script, Path log) {
        return PeerProcess.start("fake", List.of("/bin/sh", "-c", script), Map.of(), log);
    }
}
