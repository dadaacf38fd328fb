package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThawerTest {
    @TempDir Path cgroups;

    private Cgroup.Freeze frozen(String name) throws IOException {
        Path file = Files.writeString(cgroups.resolve(name), "FROZEN");
        return new Cgroup.Freeze(file, "FROZEN", "THAWED");
    }

    @Test
    void it_thaws_what_it_was_told_when_nobody_is_left_to_tell_it_more() throws IOException {
        var one = frozen("one");
        var other = frozen("other");
        var gone = new Cgroup.Freeze(cgroups.resolve("gone"), "FROZEN", "THAWED");
        var untold = frozen("untold");
        try (var thawer = Thawer.start()) {
            thawer.add(one);
            thawer.add(gone);
            thawer.add(other);
            assertThat(thawer.alive()).isTrue();
        }
        assertThat(one.file()).hasContent("THAWED");
        assertThat(other.file()).hasContent("THAWED");
        assertThat(untold.file()).hasContent("FROZEN");
        assertThat(gone.file()).doesNotExist();
    }

    @Test
    void it_takes_paths_as_they_are() throws IOException {
        var odd = frozen("$(touch x);`touch y`\\n*'\"");
        try (var thawer = Thawer.start()) {
            thawer.add(odd);
        }
        assertThat(odd.file()).hasContent("THAWED");
        assertThat(cgroups).isDirectoryContaining(odd.file()::equals);
    }

    @Test
    void one_that_is_dismissed_thaws_nothing() throws IOException {
        var one = frozen("one");
        try (var thawer = Thawer.start()) {
            thawer.add(one);
            thawer.dismiss();
        }
        assertThat(one.file()).hasContent("FROZEN");
    }
}
