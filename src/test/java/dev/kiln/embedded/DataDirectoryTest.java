package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir Path folder;

    @Test
    void a_second_holder_is_told_who_is_in_the_way_and_what_to_do() {
        try (var first = DataDirectory.kept(folder)) {
            assertThatThrownBy(() -> DataDirectory.kept(folder))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessage(
                            "another Kiln is running on %s: stop it first, or set KILN_DATA to another folder",
                            first.root());
        }
    }

    @Test
    void a_folder_given_back_can_be_taken_again_with_what_is_in_it() throws IOException {
        try (var first = DataDirectory.kept(folder)) {
            Files.writeString(first.root().resolve("x"), "kept");
        }
        try (var second = DataDirectory.kept(folder)) {
            assertThat(second.root().resolve("x")).hasContent("kept");
        }
    }

    @Test
    void a_new_folder_is_closed_to_others() throws IOException {
        try (var data = DataDirectory.kept(folder.resolve("new"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.root())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void a_temporary_folder_is_gone_at_the_end() throws IOException {
        Path root;
        try (var data = DataDirectory.temporary()) {
            root = Files.createDirectories(data.kafka().resolve("deep")).getParent().getParent();
            assertThat(root).exists();
        }
        assertThat(root).doesNotExist();
    }

    @Test
    void a_sweep_deletes_what_a_dead_process_left() throws IOException {
        Path abandoned = lockedLongAgo("kiln-data-dead");
        DataDirectory.sweep(folder);
        assertThat(abandoned).doesNotExist();
    }

    @Test
    void a_sweep_leaves_folders_alone_that_are_held_or_just_being_made() throws IOException {
        Path held = lockedLongAgo("kiln-data-held");
        Path young = Files.createDirectories(folder.resolve("kiln-data-young"));
        Files.createFile(young.resolve("lock"));
        try (var holder = DataDirectory.kept(held)) {
            Files.setLastModifiedTime(held.resolve("lock"), FileTime.from(Instant.EPOCH));
            DataDirectory.sweep(folder);
            assertThat(holder.root()).exists();
            assertThat(young).exists();
        }
    }

    @Test
    void a_sweep_does_not_follow_links_to_other_places() throws IOException {
        Path elsewhere = lockedLongAgo("elsewhere");
        Files.createSymbolicLink(folder.resolve("kiln-data-link"), elsewhere);
        DataDirectory.sweep(folder);
        assertThat(elsewhere.resolve("lock")).exists();
    }

    private Path lockedLongAgo(String name) throws IOException {
        Path root = Files.createDirectories(folder.resolve(name));
        Files.setLastModifiedTime(
                Files.createFile(root.resolve("lock")), FileTime.from(Instant.EPOCH));
        return root;
    }
}
