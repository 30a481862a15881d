package io.postern.delivery.attempt;

import io.postern.contracts.Reasons;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.route.SessionKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a walk has found of the hosts of its destination. Owner: the walk's thread. */
public final class Findings {
  private final List<Failure> failures = new ArrayList<>();

  /** How the handshakes with an address failed: plaintext may be tried there at the end. */
  public final Map<SessionKey, String> handshakeFailed = new LinkedHashMap<>();

  /** A TLS session stood with some host: nothing goes in plaintext any more (S2). */
  public boolean encrypted;

  /** A host answered. */
  public boolean reached;

  /** The last transaction went to its end. */
  public boolean through;

  /** The walk ended at an address without a free slot. */
  public boolean busy;

  public void failed(Failure failure) {
    failures.add(failure);
  }

  public List<Failure> failures() {
    return failures;
  }

  /** Of all hosts; where none was asked, of none. */
  public Failure mostTelling() {
    return failures.isEmpty()
        ? new Failure(Reasons.DISCONNECTED, "no host was asked")
        : Failure.mostTelling(failures);
  }

  /** The walk's lesson about the destination. */
  public Feedback feedback() {
    if (through) {
      return Feedback.THROUGH;
    }
    if (failures.stream().anyMatch(Failure::strained)) {
      return Feedback.STRAINED;
    }
    if (reached) {
      return Feedback.REACHED;
    }
    // Behind a busy address there may be a host that answers.
    return !busy && failures.stream().anyMatch(Failure::unreached)
        ? Feedback.FAILED
        : Feedback.NOTHING;
  }

  /** The most telling failure, for people; empty: there was none. */
  public String lastError() {
    return failures.isEmpty() ? "" : mostTelling().shown();
  }
}
