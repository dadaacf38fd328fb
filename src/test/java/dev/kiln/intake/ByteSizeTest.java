package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "512b, 512",
        "1k, 1024",
        "1K, 1024",
        "1kb, 1024",
        "512m, 536870912",
        "512MB, 536870912",
        "4g, 4294967296",
        "4Gb, 4294967296"
    })
    void reads_sizes_as_docker_writes_them(String text, long bytes) {
        assertThat(ByteSize.of(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "m",
                "-1",
                "1.5g",
                "1t",
                "1 m",
                "0x10",
                "1kk",
                "٣",
                "99999999999999999999",
                "999999999999999999g"
            })
    void refuses_what_is_no_size(String text) {
        assertThatThrownBy(() -> ByteSize.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1k",
        "1536, 1536",
        "536870912, 512m",
        "4294967296, 4g"
    })
    void is_told_in_the_largest_unit_without_a_fraction(long bytes, String text) {
        assertThat(new ByteSize(bytes)).hasToString(text);
    }
}
