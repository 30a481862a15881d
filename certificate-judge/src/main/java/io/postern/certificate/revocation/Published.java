package io.postern.certificate.revocation;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an issuer publishes about revocation: a list, or a responder's answer. Immutable. */
interface Published {
  /** Of other people's clocks. */
  Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** Of what is not kept itself. */
  record Times(Instant thisUpdate, @Nullable Instant nextUpdate) {
    static Times of(Published published) {
      return new Times(published.thisUpdate(), published.nextUpdate());
    }
  }

  Instant thisUpdate();

  /** Null: not given. */
  @Nullable Instant nextUpdate();

  /** Null: it tells something; else why not, and who needs it is to look again soon. */
  default @Nullable String saysNothing() {
    return null;
  }

  /** Which of these it revokes, and since when. */
  Map<Cleared, Instant> revoked(Collection<Cleared> certificates);

  /** From thisUpdate (less the clocks' skew) to nextUpdate. */
  default boolean currentAt(Instant now) {
    Instant next = nextUpdate();
    return next != null && now.isBefore(next) && !now.plus(CLOCK_SKEW).isBefore(thisUpdate());
  }

  /** Why it is not current, with what it is in front ("the list", "the answer"). */
  default String stale(String what, Instant now) {
    Instant next = nextUpdate();
    if (next == null) {
      return what + " does not say until when it is current (nextUpdate)";
    }
    return now.isBefore(next)
        ? what + " is of the future: thisUpdate " + thisUpdate()
        : what + " was current until " + next;
  }
}
