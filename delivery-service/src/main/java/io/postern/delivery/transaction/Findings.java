package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.delivery.destination.Feedback;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a walk has found of the hosts of its destination. Owner: the walk's thread. */
final class Findings {
  private final List<Failure> failures = new ArrayList<>();

  /** How the handshakes with an address failed: plaintext may be tried there at the end. */
  final Map<SessionKey, String> handshakeFailed = new LinkedHashMap<>();

  /** A TLS session stood with some host: nothing goes in plaintext any more (S2). */
  boolean encrypted;

  /** A host answered. */
  boolean reached;

  /** The last transaction went to its end. */
  boolean through;

  /** The walk ended at an address without a free slot. */
  boolean busy;

  void failed(Failure failure) {
    failures.add(failure);
  }

  List<Failure> failures() {
    return failures;
  }

  /** Of all hosts; where none was asked, of none. */
  Failure mostTelling() {
    return failures.isEmpty()
        ? new Failure(Reasons.DISCONNECTED, "no host was asked")
        : Failure.mostTelling(failures);
  }

  /** The walk's lesson about the destination. */
  Feedback feedback() {
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
  String lastError() {
    return failures.isEmpty() ? "" : mostTelling().shown();
  }
}
