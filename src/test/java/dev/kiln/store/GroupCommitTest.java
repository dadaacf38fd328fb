package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What shares a transaction, and what becomes of each when one of them fails. */
class GroupCommitTest {
    private static final int MOST = 8;
    private static final long HEAVIEST = 100;

    /** The transactions, in their order. */
    private final List<List<Integer>> written = new CopyOnWriteArrayList<>();

    /** What the first transaction waits for, so that others come meanwhile. */
    private final CountDownLatch held = new CountDownLatch(1);

    private boolean unavailable;

    private final GroupCommit<Integer, String> commits =
            new GroupCommit<>(MOST, HEAVIEST, item -> item, this::write);

    private List<String> write(List<Integer> items) {
        written.add(items);
        if (items.contains(0)) {
            await(held);
        }
        if (unavailable) {
            throw new StoreUnavailable(new IllegalStateException("away"));
        }
        if (items.contains(13)) {
            throw new IllegalArgumentException("refused");
        }
        return items.stream().map(item -> "answer " + item).toList();
    }

    @Test
    void what_comes_alone_is_written_at_once_by_whoever_brings_it() {
        assertThat(commits.submit(1)).isEqualTo("answer 1");
        assertThat(commits.submit(2)).isEqualTo("answer 2");
        assertThat(written).containsExactly(List.of(1), List.of(2));
    }

    @Test
    void what_comes_meanwhile_goes_together_and_each_gets_its_own_answer() {
        var first = submit(0);
        var others = List.of(queued(1), queued(2), queued(3));
        held.countDown();
        assertThat(first.join()).isEqualTo("answer 0");
        assertThat(others.stream().map(CompletableFuture::join))
                .containsExactly("answer 1", "answer 2", "answer 3");
        assertThat(written).containsExactly(List.of(0), List.of(1, 2, 3));
    }

    @Test
    void one_that_is_refused_fails_alone() {
        submit(0);
        var good = queued(1);
        var refused = queued(13);
        var others = List.of(queued(2), queued(3), queued(4));
        held.countDown();
        assertThat(good.join()).isEqualTo("answer 1");
        assertThatThrownBy(refused::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("refused");
        assertThat(others.stream().map(CompletableFuture::join))
                .containsExactly("answer 2", "answer 3", "answer 4");
    }

    @Test
    void all_are_told_when_the_store_is_away_and_may_come_again() {
        submit(0);
        var others = List.of(queued(1), queued(2));
        unavailable = true;
        held.countDown();
        others.forEach(
                each -> assertThatThrownBy(each::join).hasCauseInstanceOf(StoreUnavailable.class));
        unavailable = false;
        assertThat(commits.submit(1)).isEqualTo("answer 1");
    }

    @Test
    void no_transaction_takes_more_than_it_may() {
        submit(0);
        List<CompletableFuture<String>> light = new ArrayList<>();
        for (int i = 0; i <= MOST; i++) {
            light.add(queued(1));
        }
        // 60 and 60 are too heavy together, and 200 is for any company.
        List.of(60, 60, 200, 2).forEach(heavy -> light.add(queued(heavy)));
        held.countDown();
        light.forEach(CompletableFuture::join);
        assertThat(written.stream().map(List::size)).containsExactly(1, MOST, 2, 1, 1, 1);
    }

    private CompletableFuture<String> submit(int item) {
        var answer = new CompletableFuture<String>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                answer.complete(commits.submit(item));
                            } catch (RuntimeException e) {
                                answer.completeExceptionally(e);
                            }
                        });
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !written.isEmpty());
        return answer;
    }

    /** Submits it behind what is being written. */
    private CompletableFuture<String> queued(int item) {
        int before = commits.waiting();
        var answer = submit(item);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> commits.waiting() == before + 1);
        return answer;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
