package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.Needs;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.sandbox.SecurityReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a host is probed, and what a bad report means for its jobs. */
class HostSecurityTest {
    private final ScriptedSandbox sandbox = new ScriptedSandbox();
    private final HandClock clock = new HandClock();
    private final AtomicInteger probes = new AtomicInteger();
    private final HostSecurity security = new HostSecurity(sandbox, clock);
    private boolean passes = true;

    HostSecurityTest() {
        sandbox.security(
                () -> {
                    probes.incrementAndGet();
                    return ScriptedSandbox.report("memory_limited", passes, clock.instant());
                });
    }

    @Test
    void a_report_answers_for_five_minutes_unless_a_fresh_one_is_asked_for() {
        security.report(false);
        clock.now = clock.now.plus(HostSecurity.CURRENT).minusMillis(1);
        security.report(false);
        assertThat(probes).hasValue(1);

        security.report(true);
        assertThat(probes).hasValue(2);

        clock.now = clock.now.plus(HostSecurity.CURRENT);
        security.report(false);
        assertThat(probes).hasValue(3);
    }

    @Test
    void a_host_that_breaks_a_promise_runs_nothing_and_says_which() {
        passes = false;
        var health = new HostHealth(sandbox, security);

        assertThat(health.probe()).isTrue();
        assertThat(health.trouble().orElseThrow())
                .contains("memory_limited", "as the script says", "./kiln doctor");
        assertThat(health.probe()).isFalse();
    }

    @Test
    void a_host_is_probed_until_it_passed_and_then_not_again() {
        passes = false;
        var health = new HostHealth(sandbox, security);
        health.probe();
        passes = true;

        assertThat(health.probe()).as("something is new").isTrue();
        assertThat(health.trouble()).isEmpty();
        clock.now = clock.now.plus(Duration.ofDays(1));
        assertThat(health.probe()).as("nothing is new").isFalse();
        assertThat(health.trouble()).isEmpty();
        assertThat(probes).hasValue(2);
    }

    @Test
    void a_network_that_a_job_did_not_get_is_offered_again_only_when_it_was_seen_again() {
        var firewalled = new AtomicBoolean(true);
        sandbox.security(
                () -> {
                    probes.incrementAndGet();
                    return ScriptedSandbox.report(
                            SecurityReport.NETWORK, firewalled.get(), false, clock.instant());
                });
        var health = new HostHealth(sandbox, security);
        health.probe();
        assertThat(security.seen(SecurityReport.NETWORK)).isTrue();

        health.lacked(new Needs("an/image:1", false));
        assertThat(security.seen(SecurityReport.NETWORK)).as("nothing to do with it").isTrue();
        firewalled.set(false);
        health.lacked(new Needs(null, true));
        assertThat(security.seen(SecurityReport.NETWORK)).isFalse();
        health.probe();
        assertThat(security.seen(SecurityReport.NETWORK)).isFalse();
        assertThat(health.trouble()).as("other jobs go on").isEmpty();
        health.probe();
        assertThat(probes).as("not at every look").hasValue(2);

        firewalled.set(true);
        clock.now = clock.now.plus(HostSecurity.CURRENT);
        health.probe();
        assertThat(security.seen(SecurityReport.NETWORK)).isTrue();
        clock.now = clock.now.plus(HostSecurity.CURRENT);
        health.probe();
        assertThat(probes).hasValue(3);
    }

    @Test
    void a_start_does_not_wait_for_the_probes_and_nothing_runs_before_them() {
        var health = new HostHealth(sandbox, security);
        assertThat(health.check()).isEmpty();
        assertThat(probes).hasValue(0);
        assertThat(health.trouble().orElseThrow()).contains("is being probed");

        assertThat(health.probe()).isTrue();
        assertThat(probes).hasValue(1);
        assertThat(health.trouble()).isEmpty();
    }

    @Test
    void a_host_without_an_engine_is_not_probed() {
        sandbox.notReady(new SandboxFault(SandboxFault.Scope.HOST, "no engine: start it"));

        assertThat(new HostHealth(sandbox, security).check()).contains("no engine: start it");
        assertThat(probes).hasValue(0);
        assertThatThrownBy(sandbox::checkReady).isInstanceOf(SandboxFault.class);
    }

    @Test
    void the_document_has_each_promise_by_name_and_with_its_detail() {
        passes = false;
        var json = SecurityResource.document(security.report(false));

        assertThat(json.path("sufficient").asBoolean(true)).isFalse();
        assertThat(json.path("memory_limited").asBoolean(true)).isFalse();
        assertThat(json.path("probes").get(0).path("detail").asText())
                .isEqualTo("as the script says");
        assertThat(json.path("facts").path("runtime").asText()).isEqualTo("scripted");
    }

    private static final class HandClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("one zone is enough here");
        }
    }
}
