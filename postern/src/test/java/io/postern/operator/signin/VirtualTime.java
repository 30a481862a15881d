package io.postern.operator.signin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A time that passes by pauses alone. One thread. */
final class VirtualTime implements Waiting {
  private Instant now = Instant.parse("2026-11-28T10:00:00Z");
  private final List<Long> pauses = new ArrayList<>();

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void pause(Duration time) {
    pauses.add(time.toSeconds());
    now = now.plus(time);
  }

  /** In seconds. */
  List<Long> pauses() {
    return pauses;
  }
}
