package dev.kiln.store;

/** What processes tell each other over LISTEN and NOTIFY, each on a channel of its own. */
public enum HintChannel {
    /** A job of a worker is to be cancelled; the text is the worker's id. */
    CANCEL("kiln_cancel"),
    /** Jobs were queued; the text is the process that did it. */
    QUEUED("kiln_queued"),
    /** Jobs came to an end; the text is their ids, with commas between them. */
    ENDED("kiln_ended"),
    /** Somebody follows jobs; the text is their ids, with commas between them. */
    FOLLOW("kiln_follow"),
    /** There is news of jobs that are followed; the text is their ids, with commas between them. */
    LIVE("kiln_live");

    private final String sqlName;

    HintChannel(String sqlName) {
        this.sqlName = sqlName;
    }

    /** The channel's name in the database. */
    String sqlName() {
        return sqlName;
    }
}
