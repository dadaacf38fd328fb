package dev.kiln.store;

/**
 * A result refers to objects that were announced so long ago that they are being removed as left
 * over. Nothing was written of it.
 */
public final class ObjectsRemoved extends RuntimeException {
    ObjectsRemoved(int missing) {
        super(missing + " of the result's objects were removed before it was written");
    }
}
