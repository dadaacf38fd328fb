package dev.kiln.store;

/**
 * Hears the hints of one channel; every bean of this type that wants to is called by the listener
 * of its process, on its one thread: it must return at once. Hints may be lost or come twice.
 */
public interface HintReceiver {
    /** The channel it hears. */
    HintChannel channel();

    /** Whether it has a use for hints in this process; asked once. */
    boolean wanted();

    /**
     * A hint came, from another process or, but for {@link HintChannel#QUEUED}, from this one.
     *
     * @param text as {@link HintChannel} says
     */
    void heard(String text);

    /** The listening began, or began again: until now hints may have been lost. */
    void mayHaveMissed();
}
