package io.postern.log;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HandshakeSeen;
import java.util.concurrent.CompletionStage;

/**
 * Handshakes for certificate.handshakes, each kind once a day: a kind is all of the record but when
 * it was seen. Bounded for each connector and in all; what is more, or the log does not take, is
 * dropped and counted, and told at the next occasion if there is room. Thread-safe; never blocks if
 * the sender does not.
 */
public final class HandshakeRecords {
  /** Where records go. */
  @FunctionalInterface
  public interface Sender {
    /**
     * Fails, or throws IllegalStateException, when the log does not take it or too many wait.
     *
     * @param key of the record
     */
    CompletionStage<Void> send(String key, byte[] handshake);
  }

  private final Sender sender;
  private final Runnable told;
  private final Runnable dropped;
  private final ToldToday today;

  /**
   * @param most a day
   * @param mostOfConnector of them
   * @param told counts a record that the log has
   * @param dropped counts one that it has not
   */
  public HandshakeRecords(
      int most, int mostOfConnector, Sender sender, Runnable told, Runnable dropped) {
    this.sender = sender;
    this.told = told;
    this.dropped = dropped;
    this.today = new ToldToday(most, mostOfConnector);
  }

  /**
   * Tells it, unless its kind was told today.
   *
   * @param seen without a time
   */
  public void tell(HandshakeSeen seen) {
    String connector = seen.getOrganization() + "/" + seen.getConnector();
    String kind = Fingerprints.hex(Fingerprints.sha256(seen.toByteArray()));
    long now = System.currentTimeMillis();
    switch (today.add(connector, kind, now)) {
      case KNOWN -> {}
      case FULL -> dropped.run();
      case NEW -> {
        byte[] record = seen.toBuilder().setLastSeenMillis(now).build().toByteArray();
        try {
          sender
              .send(kind, record)
              .whenComplete((done, failure) -> sent(failure == null, connector, kind));
        } catch (IllegalStateException full) { // no room among the waiting, or the service stops
          sent(false, connector, kind);
        }
      }
    }
  }

  private void sent(boolean success, String connector, String kind) {
    if (success) {
      told.run();
    } else {
      dropped.run();
      today.forget(connector, kind);
    }
  }
}
