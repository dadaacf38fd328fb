package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a benchmark found. */
interface Report {

    /** For people, in lines for a terminal of this width. */
    String inWords(int columns);

    /** For scripts; what is known of the host comes besides. */
    ObjectNode json();

    /** How many programs did not do what they are there for. */
    long failures();
}
