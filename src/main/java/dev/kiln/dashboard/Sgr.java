package dev.kiln.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * The graphic rendition that escape sequences ask for, as classes of the style sheet. Of the many
 * colours there are sixteen; nothing makes text invisible or blink.
 */
final class Sgr {
    private static final Pattern PARAMETERS = Pattern.compile("[0-9;:]{0,128}");
    private static final int NONE = -1;

    /** The sixteen colours of xterm, which others are told by. */
    private static final int[] PALETTE = {
        0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
        0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff
    };

    private static final int[] CUBE = {0, 95, 135, 175, 215, 255};

    private boolean bold;
    private boolean faint;
    private boolean italic;
    private boolean underlined;
    private boolean struck;
    private boolean inverse;
    private int text = NONE;
    private int ground = NONE;
    private String style = "";

    /** The classes as they are now; empty for plain text. */
    String style() {
        return style;
    }

    /** Takes the parameters of a sequence; those that are none change nothing. */
    void apply(String parameters) {
        if (!PARAMETERS.matcher(parameters).matches()) {
            return;
        }
        Deque<Integer> codes = new ArrayDeque<>();
        for (String code : parameters.split("[;:]", -1)) {
            codes.add(code.isEmpty() || code.length() > 4 ? 0 : Integer.parseInt(code));
        }
        while (!codes.isEmpty()) {
            apply(codes.remove(), codes);
        }
        style = classes();
    }

    private void apply(int code, Deque<Integer> rest) {
        switch (code) {
            case 0 -> reset();
            case 1 -> bold = true;
            case 2 -> faint = true;
            case 3 -> italic = true;
            case 4, 21 -> underlined = true;
            case 7 -> inverse = true;
            case 9 -> struck = true;
            case 22 -> {
                bold = false;
                faint = false;
            }
            case 23 -> italic = false;
            case 24 -> underlined = false;
            case 27 -> inverse = false;
            case 29 -> struck = false;
            case 38 -> text = extended(rest, text);
            case 39 -> text = NONE;
            case 48 -> ground = extended(rest, ground);
            case 49 -> ground = NONE;
            default -> colour(code);
        }
    }

    private void colour(int code) {
        if (code >= 30 && code <= 37) {
            text = code - 30;
        } else if (code >= 40 && code <= 47) {
            ground = code - 40;
        } else if (code >= 90 && code <= 97) {
            text = code - 90 + 8;
        } else if (code >= 100 && code <= 107) {
            ground = code - 100 + 8;
        }
    }

    private void reset() {
        bold = false;
        faint = false;
        italic = false;
        underlined = false;
        struck = false;
        inverse = false;
        text = NONE;
        ground = NONE;
    }

    /** 5;N for one of 256, 2;R;G;B for one of all. */
    private static int extended(Deque<Integer> rest, int before) {
        int kind = rest.isEmpty() ? 0 : rest.remove();
        if (kind == 5 && !rest.isEmpty()) {
            return indexed(rest.remove());
        }
        if (kind == 2 && rest.size() >= 3) {
            return nearest(rest.remove(), rest.remove(), rest.remove());
        }
        // What is left of a colour that is none must not be taken for something else.
        rest.clear();
        return before;
    }

    private static int indexed(int index) {
        if (index < PALETTE.length) {
            return index;
        }
        if (index >= 232) {
            int grey = 8 + 10 * (Math.min(index, 255) - 232);
            return nearest(grey, grey, grey);
        }
        int cell = index - PALETTE.length;
        return nearest(CUBE[cell / 36], CUBE[cell / 6 % 6], CUBE[cell % 6]);
    }

    private static int nearest(int red, int green, int blue) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < PALETTE.length; i++) {
            long distance =
                    square(red - (PALETTE[i] >> 16))
                            + square(green - (PALETTE[i] >> 8 & 0xff))
                            + square(blue - (PALETTE[i] & 0xff));
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }

    private static long square(long difference) {
        return difference * difference;
    }

    private String classes() {
        var classes = new StringJoiner(" ");
        add(classes, bold, "b");
        add(classes, faint, "d");
        add(classes, italic, "i");
        add(classes, underlined, "u");
        add(classes, struck, "s");
        add(classes, inverse, "v");
        add(classes, text != NONE, "f" + text);
        add(classes, ground != NONE, "g" + ground);
        return classes.toString();
    }

    private static void add(StringJoiner classes, boolean on, String name) {
        if (on) {
            classes.add(name);
        }
    }
}
