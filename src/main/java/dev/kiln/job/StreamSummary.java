package dev.kiln.job;

/**
 * What is known of a {@link CapturedStream} without its bytes.
 *
 * @param produced how many bytes the program wrote in all
 * @param truncated whether it wrote more than was kept
 * @param utf8 whether what was kept is UTF-8, see {@link CapturedStream#utf8()}
 */
public record StreamSummary(long produced, boolean truncated, boolean utf8) {
    public StreamSummary {
        if (produced < 0) {
            throw new IllegalArgumentException("produced must be >= 0: " + produced);
        }
    }
}
