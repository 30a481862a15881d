package io.postern.certificate.revocation.store;

import io.postern.contracts.v1.RevocationEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An issuer's publication about revocation: a list, or a responder's answer. Immutable. */
public interface Publication {
  /** Of other people's clocks. */
  Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** The times of a publication that is not kept itself. */
  record Times(Instant thisUpdate, @Nullable Instant nextUpdate) {
    public static Times of(Publication published) {
      return new Times(published.thisUpdate(), published.nextUpdate());
    }

    /** Puts these times into evidence. */
    public RevocationEvidence.Builder into(RevocationEvidence.Builder evidence) {
      evidence.setThisUpdateMillis(thisUpdate.toEpochMilli());
      return nextUpdate == null
          ? evidence
          : evidence.setNextUpdateMillis(nextUpdate.toEpochMilli());
    }
  }

  Instant thisUpdate();

  /** Null: not given. */
  @Nullable Instant nextUpdate();

  /** Why it is of no use; null: it is of use. A question that needs it asks again soon. */
  default @Nullable String uselessness() {
    return null;
  }

  /** Which of these it revokes, and since when. */
  Map<ClearedCertificate, Instant> revoked(Collection<ClearedCertificate> certificates);

  /** From thisUpdate (less the clocks' skew) to nextUpdate. */
  default boolean currentAt(Instant now) {
    Instant next = nextUpdate();
    return next != null && now.isBefore(next) && !now.plus(CLOCK_SKEW).isBefore(thisUpdate());
  }

  /**
   * Why it is not current.
   *
   * @param kind the subject of the sentence: "the list", "the answer"
   */
  default String stale(String kind, Instant now) {
    Instant next = nextUpdate();
    if (next == null) {
      return kind + " does not say until when it is current (nextUpdate)";
    }
    return now.isBefore(next)
        ? kind + " is from the future: thisUpdate " + thisUpdate()
        : kind + " was current until " + next;
  }
}
