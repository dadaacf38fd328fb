package dev.kiln.poll;

import static dev.kiln.wire.Samples.ID;
import static dev.kiln.wire.Samples.exited;
import static dev.kiln.wire.Samples.finished;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.lifecycle.Stopping;
import dev.kiln.store.Endings;
import dev.kiln.testing.Jobs;
import dev.kiln.wire.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LongPollTest {
    /** Longer than the test may take: who is answered was woken. */
    private static final Duration HOUR = Duration.ofHours(1);

    private static final JobState DONE = finished(exited(0));

    private final Endings endings = new Endings();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Runnable> clients = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile JobState state = Samples.running();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void who_does_not_wait_looks_once_and_leaves_no_trace() throws Exception {
        assertThat(poll().find(ID, Duration.ZERO)).get().extracting(Job::state).isEqualTo(state);
        assertThat(looks).hasValue(1);
        assertThat(clients).isEmpty();
    }

    @Test
    void what_is_not_there_or_has_ended_is_answered_at_once() throws Exception {
        var absent = new LongPoll(endings, _ -> Optional.empty(), clients::add);
        assertThat(absent.find(ID, HOUR)).isEmpty();
        state = DONE;
        assertThat(poll().find(ID, HOUR)).get().extracting(Job::state).isEqualTo(DONE);
        assertThat(looks).hasValue(1);
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void the_end_of_the_job_answers_with_a_second_look() throws Exception {
        var answer = waiting(poll());
        state = DONE;
        endings.ended(List.of(Jobs.id(), ID));
        assertThat(answer.get()).get().extracting(Job::state).isEqualTo(DONE);
        assertThat(looks).hasValue(2);
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void an_end_between_the_look_and_the_waiting_is_not_missed() throws Exception {
        var poll =
                poll(
                        id -> {
                            var seen = job(id);
                            state = DONE;
                            endings.ended(List.of(id));
                            return seen;
                        });
        assertThat(poll.find(ID, HOUR)).get().extracting(Job::state).isEqualTo(DONE);
    }

    @Test
    void a_job_that_was_retried_meanwhile_is_waited_for_again() throws Exception {
        var answer = waiting(poll());
        endings.ended(List.of(ID));
        await().until(() -> looks.get() == 2);
        assertThat(answer).isNotDone();
        state = DONE;
        endings.ended(List.of(ID));
        assertThat(answer.get()).get().extracting(Job::state).isEqualTo(DONE);
    }

    @Test
    void when_the_time_is_up_the_job_is_told_as_it_is_then() throws Exception {
        var queuedFirst = new ArrayList<>(List.of(Samples.queued(), Samples.running()));
        var poll = poll(id -> Optional.of(Samples.job(queuedFirst.removeFirst())));
        assertThat(poll.find(ID, Duration.ofMillis(1)))
                .get()
                .extracting(Job::state)
                .isEqualTo(Samples.running());
    }

    @Test
    void a_client_that_has_gone_is_not_waited_for() throws Exception {
        var answer = waiting(poll());
        clients.forEach(Runnable::run);
        answer.get();
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void a_stop_answers_those_who_wait_and_then_waits_for_their_answers() throws Exception {
        var poll = poll();
        var answer = waiting(poll);
        var stop =
                threads.submit(
                        () -> {
                            poll.stop(new Stopping());
                            return true;
                        });
        assertThat(answer.get()).get().extracting(Job::state).isEqualTo(state);
        assertThat(stop).isNotDone();
        clients.forEach(Runnable::run);
        assertThat(stop.get()).isTrue();
        assertThat(poll.find(ID, HOUR)).as("who comes later").isPresent();
    }

    @Test
    void two_thousand_wake_together_and_only_some_look_at_once() throws Exception {
        int many = 2_000;
        var looking = new AtomicInteger();
        var most = new AtomicInteger();
        var poll =
                poll(
                        id -> {
                            most.accumulateAndGet(looking.incrementAndGet(), Math::max);
                            Thread.yield();
                            var seen = job(id);
                            looking.decrementAndGet();
                            return seen;
                        });
        var answers =
                IntStream.range(0, many)
                        .mapToObj(_ -> threads.submit(() -> poll.find(ID, HOUR)))
                        .toList();
        await().until(() -> looks.get() == many);
        state = DONE;
        endings.ended(List.of(ID));
        for (var answer : answers) {
            assertThat(answer.get()).get().extracting(Job::state).isEqualTo(DONE);
        }
        assertThat(looks).hasValue(2 * many);
        assertThat(most.get()).isBetween(1, 8);
        assertThat(endings.jobs()).isEmpty();
    }

    private Future<Optional<Job>> waiting(LongPoll poll) {
        var answer = threads.submit(() -> poll.find(ID, HOUR));
        await().until(() -> looks.get() == 1);
        return answer;
    }

    private LongPoll poll() {
        return poll(this::job);
    }

    private LongPoll poll(Function<JobId, Optional<Job>> jobs) {
        return new LongPoll(endings, jobs, clients::add);
    }

    private Optional<Job> job(JobId id) {
        looks.incrementAndGet();
        return Optional.of(Samples.job(state));
    }
}
