package dev.kiln.intake;

/** This process stops while it holds a batch: the broker will deliver it again. */
final class IntakeStopped extends RuntimeException {
    IntakeStopped() {
        super("stopped before the batch was durable; it will be delivered again");
    }
}
