package io.postern.console.web.frame;

import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;

/** What a browser keeps of its reader's choice. */
public final class Preferences {
  private static final Duration LASTS = Duration.ofDays(365);

  private Preferences() {}

  public static NewCookie cookie(String name, String value, boolean tls) {
    return new NewCookie.Builder(name)
        .value(value)
        .path("/")
        .secure(tls)
        .sameSite(NewCookie.SameSite.LAX)
        .maxAge(Math.toIntExact(LASTS.toSeconds()))
        .build();
  }
}
