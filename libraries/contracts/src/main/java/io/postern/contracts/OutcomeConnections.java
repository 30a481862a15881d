package io.postern.contracts;

import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The connections of an attempt's outcome. Each recipient names the one by which it was settled:
 * several hosts may have taken one message, in plaintext the one and over TLS the other. Readers
 * look at an outcome by connection, as if each had a record of its own. Pure.
 */
public final class OutcomeConnections {
  private OutcomeConnections() {}

  /**
   * The outcome as of one recipient: its own fields are those of the recipient's connection. Of a
   * connection that the outcome does not have nothing is said.
   */
  public static OutcomeRecorded of(OutcomeRecorded outcome, RecipientOutcome recipient) {
    int number = recipient.getConnection();
    return number == 0 ? outcome : withOwn(outcome, number).build();
  }

  /**
   * One outcome for each connection that recipients name, with those recipients. An outcome without
   * recipients, or with one connection, is returned as it is.
   */
  public static List<OutcomeRecorded> split(OutcomeRecorded outcome) {
    if (outcome.getRecipientsList().stream().allMatch(r -> r.getConnection() == 0)) {
      return List.of(outcome);
    }
    return IntStream.rangeClosed(0, outcome.getOtherConnectionsCount() + 1)
        .mapToObj(number -> only(outcome, number))
        .filter(one -> one.getRecipientsCount() > 0)
        .toList();
  }

  /**
   * @param number one beyond the last stands for all that are not in the list
   */
  private static OutcomeRecorded only(OutcomeRecorded outcome, int number) {
    int unknown = outcome.getOtherConnectionsCount() + 1;
    OutcomeRecorded.Builder one =
        number == 0 ? outcome.toBuilder().clearOtherConnections() : withOwn(outcome, number);
    one.clearRecipients();
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      int named = recipient.getConnection();
      if ((named < 0 || named > unknown ? unknown : named) == number) {
        one.addRecipients(recipient.toBuilder().clearConnection());
      }
    }
    return one.build();
  }

  private static OutcomeRecorded.Builder withOwn(OutcomeRecorded outcome, int number) {
    OutcomeRecorded.Builder view = outcome.toBuilder().clearOtherConnections();
    boolean known = number > 0 && number <= outcome.getOtherConnectionsCount();
    own(
        view,
        known ? outcome.getOtherConnections(number - 1) : OutcomeConnection.getDefaultInstance());
    return view;
  }

  /** Puts a connection into the outcome's own fields, in place of what they say. */
  public static void own(OutcomeRecorded.Builder outcome, OutcomeConnection connection) {
    outcome
        .setHost(connection.getHost())
        .setAddress(connection.getAddress())
        .setToken(connection.getToken())
        .setVerdict(connection.getVerdict())
        .setVerdictKey(connection.getVerdictKey())
        .setReportedToken(connection.getReportedToken())
        .clearTlsFacts()
        .clearEvidence()
        .clearDane()
        .clearMtaSts();
    if (connection.hasTlsFacts()) {
      outcome.setTlsFacts(connection.getTlsFacts());
    }
    if (connection.hasEvidence()) {
      outcome.setEvidence(connection.getEvidence());
    }
    if (connection.hasDane()) {
      outcome.setDane(connection.getDane());
    }
    if (connection.hasMtaSts()) {
      outcome.setMtaSts(connection.getMtaSts());
    }
    outcome
        .getTimingsBuilder()
        .setConnectMillis(connection.getConnectMillis())
        .setTlsMillis(connection.getTlsMillis())
        .setVerdictMillis(connection.getVerdictMillis())
        .setConnectionReused(connection.getReused());
  }
}
