package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerTest {
    @ParameterizedTest
    @CsvSource({
        "READ,   acme, NOTHING READ",
        "SUBMIT, acme, NOTHING READ SUBMIT",
        "ADMIN,  acme, NOTHING READ SUBMIT ADMIN",
        "READ,   ,     NOTHING READ",
        "SUBMIT, ,     NOTHING READ SUBMIT",
        "ADMIN,  ,     NOTHING READ SUBMIT ADMIN OPERATE"
    })
    void each_role_may_what_those_below_it_may(
            KeyRole role, @Nullable String tenant, String rights) {
        var caller = new Caller("k", tenant, role);
        for (Right right : Right.values()) {
            assertThat(caller.may(right))
                    .as("%s", right)
                    .isEqualTo((" " + rights + " ").contains(" " + right + " "));
        }
    }

    @Test
    void a_tenants_caller_sees_its_own_and_one_of_all_tenants_sees_all() {
        assertThat(new Caller("k", "acme", KeyRole.ADMIN).sees("acme")).isTrue();
        assertThat(new Caller("k", "acme", KeyRole.ADMIN).sees("beta")).isFalse();
        assertThat(new Caller("k", null, KeyRole.READ).sees("beta")).isTrue();
        assertThat(Caller.OPEN.sees("beta")).isTrue();
    }
}
