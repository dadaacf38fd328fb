package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Lease;
import dev.kiln.job.ProgramStream;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.store.LiveChunk;
import dev.kiln.testing.Jobs;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveRunTest {
    private static final int PIECE = 64 << 10;
    private static final long PLENTY = 1L << 30;

    private final byte[] written = new byte[10 * PIECE + 7];
    private final OutputTap tap = new OutputTap();
    private final LiveRun run = new LiveRun(new Lease(Jobs.id(), 1, "w", 1, Instant.EPOCH), tap);

    @Test
    void before_the_program_starts_there_is_nothing() {
        assertThat(run.more(PLENTY)).isEmpty();
        assertThat(run.stored()).isZero();
    }

    @Test
    void a_flood_is_handed_on_in_bounded_pieces_without_a_gap() {
        flood();
        long offset = 0;
        List<LiveChunk> turn = run.more(PLENTY);
        while (!turn.isEmpty()) {
            assertThat(turn).hasSizeLessThanOrEqualTo(4);
            for (LiveChunk chunk : turn) {
                assertThat(chunk.stream()).isEqualTo(ProgramStream.STDOUT);
                assertThat(chunk.offset()).isEqualTo(offset);
                assertThat(chunk.bytes()).hasSizeLessThanOrEqualTo(PIECE);
                offset += chunk.bytes().length;
                run.stored(chunk);
            }
            turn = run.more(PLENTY);
        }
        assertThat(offset).isEqualTo(written.length);
        assertThat(run.stored()).isEqualTo(written.length);
    }

    @Test
    void what_was_not_stored_is_handed_on_again() {
        flood();
        assertThat(run.more(10).getFirst().offset()).isZero();
        assertThat(run.more(10).getFirst().offset()).isZero();
    }

    @Test
    void no_more_is_read_than_there_is_room_for() {
        flood();
        assertThat(run.more(PIECE + 5))
                .extracting(chunk -> chunk.bytes().length)
                .containsExactly(PIECE, 5);
        assertThat(run.more(0)).isEmpty();
    }

    @Test
    void followers_are_told_once_that_it_runs() {
        assertThat(run.live()).isFalse();
        assertThat(run.news()).isTrue();
        assertThat(run.news()).isFalse();
        assertThat(run.live()).isTrue();
    }

    private void flood() {
        tap.open(
                (stream, from, most) -> {
                    int end = (int) Math.min(written.length, from + most);
                    return stream == ProgramStream.STDOUT
                            ? Arrays.copyOfRange(written, (int) from, end)
                            : new byte[0];
                });
    }
}
