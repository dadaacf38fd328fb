package dev.kiln.dashboard;

import dev.kiln.access.BrowserSessions;
import dev.kiln.access.Callers;
import jakarta.inject.Singleton;

/** Makes what surrounds the page that is being answered. */
@Singleton
final class Frames {
    private final Callers callers;
    private final BrowserSessions sessions;

    Frames(Callers callers, BrowserSessions sessions) {
        this.callers = callers;
        this.sessions = sessions;
    }

    Frame frame(String title, String here) {
        return Frame.of(title, here, callers.current(), sessions.needed());
    }
}
