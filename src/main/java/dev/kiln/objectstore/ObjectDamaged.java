package dev.kiln.objectstore;

/** An object that a result refers to is not in the store, or is another one than was put there. */
public final class ObjectDamaged extends RuntimeException {
    ObjectDamaged(String message) {
        super(message);
    }
}
