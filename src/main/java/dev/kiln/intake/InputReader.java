package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Context;
import dev.kiln.job.InputFile;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.Printable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what the program works on: its code, its standard input, its files. */
final class InputReader {
    private static final List<String> FILE_FIELDS = List.of("path", Content.TEXT, Content.BASE64);

    /** Names in the job's directory that begin so are Kiln's own. */
    private static final String RESERVED_PREFIX = ".kiln";

    private final PolicyConfig policy;
    private final Map<String, LanguagesConfig.Language> languages;

    InputReader(PolicyConfig policy, Map<String, LanguagesConfig.Language> languages) {
        this.policy = policy;
        this.languages = languages;
    }

    /**
     * What the program works on.
     *
     * @param language empty after an error
     */
    record Input(
            String language,
            byte[] code,
            byte[] stdin,
            List<InputFile> files,
            @Nullable Context context) {}

    Input read(Fields job) {
        String language = language(job);
        byte[] code = code(job);
        JsonNode stdinNode = job.get("stdin");
        byte[] stdin =
                stdinNode == null
                        ? new byte[0]
                        : Content.of(stdinNode, job.pointer("stdin"), job.errors());
        List<InputFile> files = files(job, language);
        Context context = ContextReader.read(job);
        long total = (long) code.length + stdin.length;
        for (InputFile file : files) {
            total += file.content().length;
        }
        if (context instanceof Context.Inline(byte[] content)) {
            total += content.length;
        }
        if (total > policy.inputMax().bytes()) {
            job.errors()
                    .add(
                            "",
                            "code, stdin, files and context have %d bytes together, the limit is %s: upload the context before and give its sha256"
                                    .formatted(total, policy.inputMax()));
        }
        return new Input(language, code, stdin, files, context);
    }

    private String language(Fields job) {
        String language = job.text("language");
        if (language == null) {
            if (job.get("language") == null) {
                job.error("language", "is missing: give one of " + known());
            }
            return "";
        }
        if (!languages.containsKey(language)) {
            job.error(
                    "language",
                    Printable.quote(language) + " is not a language here: give one of " + known());
            return "";
        }
        return language;
    }

    private String known() {
        return String.join(", ", languages.keySet().stream().sorted().toList());
    }

    private byte[] code(Fields job) {
        JsonNode node = job.get("code");
        if (node == null) {
            job.error("code", "is missing: give the program's source");
            return new byte[0];
        }
        byte[] code = Content.of(node, job.pointer("code"), job.errors());
        if (code.length > policy.codeMax().bytes()) {
            job.error(
                    "code",
                    "has %d bytes, the limit is %s: put data into files or stdin"
                            .formatted(code.length, policy.codeMax()));
        }
        return code;
    }

    private List<InputFile> files(Fields job, String language) {
        JsonNode list = job.get("files");
        if (list == null) {
            return List.of();
        }
        if (!list.isArray()) {
            job.error("files", "must be an array of files, is " + Fields.kind(list));
            return List.of();
        }
        if (list.size() > policy.filesMax()) {
            job.error(
                    "files",
                    "has %d files, the limit is %d".formatted(list.size(), policy.filesMax()));
            return List.of();
        }
        var files = new ArrayList<InputFile>();
        var tree = new PathTree();
        for (int i = 0; i < list.size(); i++) {
            String at = FieldError.child(job.pointer("files"), Integer.toString(i));
            InputFile file = file(list.get(i), at, job.errors());
            if (file != null && allowed(file, language, tree, at, job.errors())) {
                files.add(file);
            }
        }
        return files;
    }

    private static @Nullable InputFile file(JsonNode node, String at, Errors errors) {
        var fields = Fields.of(node, at, errors);
        if (!node.isObject()) {
            return null;
        }
        fields.refuseUnknown(FILE_FIELDS, Map.of());
        byte[] content = Content.of(fields, at);
        String path = fields.text("path");
        if (path == null) {
            if (fields.get("path") == null) {
                fields.error("path", "is missing: give the file's path below the work directory");
            }
            return null;
        }
        try {
            return new InputFile(path, content);
        } catch (IllegalArgumentException badPath) {
            fields.error("path", String.valueOf(badPath.getMessage()));
            return null;
        }
    }

    private boolean allowed(
            InputFile file, String language, PathTree tree, String at, Errors errors) {
        String problem = null;
        var configured = languages.get(language);
        if (file.top().startsWith(RESERVED_PREFIX)) {
            problem = "is reserved: choose a name that does not begin with " + RESERVED_PREFIX;
        } else if (configured != null && file.top().equals(configured.file())) {
            problem = "is where the code itself lies: choose another name";
        } else {
            problem = tree.add(file.path());
        }
        if (problem != null) {
            errors.add(FieldError.child(at, "path"), problem);
        }
        return problem == null;
    }

    /** The paths so far: no path may be there twice, nor be a file here and a folder there. */
    private static final class PathTree {
        private final Set<String> files = new HashSet<>();
        private final Set<String> folders = new HashSet<>();

        /** Adds a file; what is wrong with it when it does not fit, else null. */
        @Nullable String add(String path) {
            if (files.contains(path)) {
                return "is given twice: each file needs a path of its own";
            }
            if (folders.contains(path)) {
                return "is a folder of another file: choose another name";
            }
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                String folder = path.substring(0, slash);
                if (files.contains(folder)) {
                    return Printable.quote(folder) + " is a file already: choose another folder";
                }
                folders.add(folder);
            }
            files.add(path);
            return null;
        }
    }
}
