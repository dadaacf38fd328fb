package dev.kiln.lifecycle;

/**
 * This process is to end. Whoever has something in hand brings it to its end now, while everything
 * still works; observers are called one after the other, by their priority.
 */
public record Stopping() {}
