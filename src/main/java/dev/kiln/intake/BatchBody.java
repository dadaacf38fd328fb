package dev.kiln.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a batch's body into its documents, each as the bytes it was sent as, so that one door reads
 * them all.
 */
enum BatchBody {
    /** A document a line, from line 1; blank lines are passed over. */
    LINES("line") {
        @Override
        List<Entry> cut(byte[] body, int most) {
            var entries = new ArrayList<Entry>();
            int number = 1;
            for (int start = 0; start < body.length; number++) {
                int end = start;
                while (end < body.length && body[end] != '\n') {
                    end++;
                }
                byte[] line = Arrays.copyOfRange(body, start, end);
                if (!isBlank(line)) {
                    add(entries, new Entry(number, line), most);
                }
                start = end + 1;
            }
            return entries;
        }
    },

    /** The elements of one JSON array, from index 0. */
    ARRAY("index") {
        @Override
        List<Entry> cut(byte[] body, int most) {
            var entries = new ArrayList<Entry>();
            try (var json = JSON.createParser(body)) {
                if (json.nextToken() != JsonToken.START_ARRAY) {
                    throw malformed(
                            "the body must be a JSON array of jobs, or lines of them as " + NDJSON);
                }
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    long start = json.currentTokenLocation().getByteOffset();
                    json.skipChildren();
                    json.finishToken();
                    long end = json.currentLocation().getByteOffset();
                    if (start < 0 || end < 0) {
                        throw malformed("the body is not UTF-8");
                    }
                    byte[] document = Arrays.copyOfRange(body, (int) start, (int) end);
                    add(entries, new Entry(entries.size(), document), most);
                }
                if (json.nextToken() != null) {
                    throw malformed("the body goes on after the array");
                }
            } catch (JsonProcessingException e) {
                throw malformed("the body is not valid JSON: " + StrictJson.reason(e));
            } catch (IOException e) {
                throw new UncheckedIOException("reading an array of bytes does not fail", e);
            }
            return entries;
        }
    };

    static final String NDJSON = "application/x-ndjson";
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * One document.
     *
     * @param position which it is, counted as the format counts
     * @param document as it was sent
     */
    record Entry(int position, byte[] document) {}

    private final String position;

    BatchBody(String position) {
        this.position = position;
    }

    /** What the format calls an entry's position. */
    String position() {
        return position;
    }

    /**
     * The documents, whatever they hold.
     *
     * @param most how many there may be: millions of empty ones fit into a body
     * @throws ProblemException when the body itself is not of this format, or holds more
     */
    abstract List<Entry> cut(byte[] body, int most);

    private static void add(List<Entry> entries, Entry entry, int most) {
        if (entries.size() == most) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE,
                    "the body holds more than %d documents, the limit: send several batches under one name"
                            .formatted(most));
        }
        entries.add(entry);
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ProblemType.MALFORMED_BODY, detail);
    }
}
