package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.InputFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of a payload that has structure, as the bytes of one JSON document (file contents as
 * base64).
 */
record Inputs(
        List<String> args,
        Map<String, String> env,
        List<InputFile> files,
        ArtifactRequest artifacts) {
    /** Records are what they were made of; what else can be asked of them is no part of that. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();

    /** A payload of before there were artifacts says nothing of them. */
    Inputs(
            List<String> args,
            Map<String, String> env,
            List<InputFile> files,
            @Nullable ArtifactRequest artifacts) {
        this.args = args;
        this.env = env;
        this.files = files;
        this.artifacts = artifacts == null ? ArtifactRequest.NONE : artifacts;
    }

    byte[] toBytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Inputs ofBytes(byte[] bytes) {
        try {
            return JSON.readValue(bytes, Inputs.class);
        } catch (IOException corrupt) {
            throw new UncheckedIOException(corrupt);
        }
    }
}
