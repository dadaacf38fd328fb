package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerHeapTest {
    @Test
    void the_heap_is_the_sum_of_its_parts_and_of_nothing_else() {
        assertThat(
                        ServerHeap.used(
                                """
                                # TYPE jvm_memory_used_bytes gauge
                                jvm_memory_used_bytes{area="heap",id="Eden Space"} 1048576.0
                                jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 7.0E7
                                jvm_memory_used_bytes{area="heap",id="Tenured Gen"} 2.5E7
                                jvm_memory_max_bytes{area="heap",id="Tenured Gen"} 9.9E9
                                """))
                .isEqualTo(26_048_576L);
    }
}
