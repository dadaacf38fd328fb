package dev.kiln.poll;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0",
        "bytes=0-, 0, 9",
        "bytes=3-5, 3, 5",
        "BYTES= 3-5 , 3, 5",
        "bytes=9-9, 9, 9",
        "bytes=3-999999999999999999, 3, 9",
        "bytes=-4, 6, 9",
        "bytes=-10, 0, 9",
        "bytes=-999999999999999999, 0, 9"
    })
    void a_range_is_cut_to_what_is_there(String header, long first, long last) {
        assertThat(ByteRange.of(header, 10)).isEqualTo(new ByteRange.Part(first, last));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-12", "bytes=999999999999999999-", "bytes=-0"})
    void a_range_behind_the_end_is_nothing(String header) {
        assertThat(ByteRange.of(header, 10)).isEqualTo(new ByteRange.Nothing());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=-",
                "bytes=5-3",
                "bytes=12-11",
                "bytes=0-1,4-5",
                "lines=0-1",
                "bytes=a-b",
                "bytes=--1",
                "bytes=1",
                "bytes=0-99999999999999999999",
                ""
            })
    void what_is_no_single_range_of_bytes_counts_for_nothing(String header) {
        assertThat(ByteRange.of(header, 10)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void without_a_range_or_without_content_it_is_all() {
        assertThat(ByteRange.of(null, 10)).isEqualTo(new ByteRange.Whole());
        assertThat(ByteRange.of("bytes=0-", 0)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void a_part_says_of_how_much_it_is_a_part() {
        var part = new ByteRange.Part(3, 5);
        assertThat(part.length()).isEqualTo(3);
        assertThat(part.of(10)).isEqualTo("bytes 3-5/10");
    }
}
