package io.postern.delivery.destination;

import io.postern.delivery.destination.Destinations.Admission;
import java.util.concurrent.CompletableFuture;

/** A delivery that waits for a slot; answered under the lock of {@link Destinations}. */
final class Waiter {
  final String organization;
  final boolean notice;
  final CompletableFuture<Admission> answer = new CompletableFuture<>();

  Waiter(String organization, boolean notice) {
    this.organization = organization;
    this.notice = notice;
  }
}
