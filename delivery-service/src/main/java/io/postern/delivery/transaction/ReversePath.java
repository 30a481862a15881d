package io.postern.delivery.transaction;

import io.postern.contracts.v1.DeliveryRequested;

/** The address for MAIL FROM. Pure. */
final class ReversePath {
  private ReversePath() {}

  /** The decided one (docs/guides/sender-rewriting.md), else the envelope's. */
  static String of(DeliveryRequested request) {
    return request.getReversePath().isEmpty()
        ? request.getEnvelope().getReversePath()
        : request.getReversePath();
  }
}
