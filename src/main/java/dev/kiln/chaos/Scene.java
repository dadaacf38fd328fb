package dev.kiln.chaos;

/** What faults act on. */
record Scene(Cluster cluster, Journal journal, JobTopic topic) {}
