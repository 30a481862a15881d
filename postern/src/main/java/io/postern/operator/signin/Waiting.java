package io.postern.operator.signin;

import java.time.Duration;
import java.time.Instant;

/** The time, and the wait between two questions. */
public interface Waiting {
  Instant now();

  /** After it, {@link #now} is later by so much at least. */
  void pause(Duration time) throws InterruptedException;

  /** That of the system. */
  static Waiting system() {
    return new Waiting() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public void pause(Duration time) throws InterruptedException {
        Thread.sleep(time);
      }
    };
  }
}
