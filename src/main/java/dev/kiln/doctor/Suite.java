package dev.kiln.doctor;

import java.util.List;
import java.util.stream.Stream;

/** All attacks there are. */
final class Suite {
    private Suite() {}

    /** With those by programs that have a network. */
    static List<Attack> withNetwork() {
        return Stream.concat(all().stream(), FirewallAttacks.all().stream()).toList();
    }

    /** In the order of the classes. */
    static List<Attack> all() {
        return Stream.of(
                        TimeAttacks.all(),
                        MemoryAttacks.all(),
                        ProcessAttacks.all(),
                        OutputAttacks.all(),
                        DiskAttacks.all(),
                        NetworkAttacks.all(),
                        IdentityAttacks.all(),
                        StatusAttacks.all(),
                        InputAttacks.all(),
                        ArtifactAttacks.all(),
                        NeighbourAttacks.all())
                .flatMap(List::stream)
                .toList();
    }
}
