package dev.kiln.cli.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.cli.client.CliException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguagesTest {
    @ParameterizedTest
    @CsvSource({"a.py,python", "dir.c/a.js,node", "a.b.mjs,node-esm", "../a.sh,bash", "/a.c,c"})
    void a_file_says_its_language_by_its_extension(String file, String language) {
        assertThat(Languages.configured().ofFile(file)).isEqualTo(language);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.", "a.rb", "x.py/a", "py", "a.PY"})
    void any_other_name_is_refused_with_those_that_are_known(String file) {
        assertThatThrownBy(() -> Languages.configured().ofFile(file))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("cannot tell the language of " + file)
                .hasMessageContaining(".py: python");
    }

    @Test
    void standard_input_has_no_name() {
        assertThatThrownBy(() -> Languages.configured().ofFile(null))
                .hasMessageContaining("standard input");
    }

    @Test
    void a_language_of_the_site_is_known_by_its_configuration_alone() {
        var settings = new Properties();
        settings.setProperty("kiln.runtimes.ruby.file", "main.rb");
        settings.setProperty("kiln.runtimes.plain.file", "program");
        assertThat(Languages.of(settings).ofFile("x.rb")).isEqualTo("ruby");
    }

    @Test
    void two_languages_with_one_extension_are_not_guessed_between() {
        var settings = new Properties();
        settings.setProperty("kiln.runtimes.python3.file", "main.py");
        settings.setProperty("kiln.runtimes.pypy.file", "main.py");
        assertThatThrownBy(() -> Languages.of(settings).ofFile("x.py"))
                .hasMessageContaining(".py: pypy or python3");
    }
}
