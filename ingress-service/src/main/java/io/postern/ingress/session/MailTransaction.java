package io.postern.ingress.session;

import io.postern.contracts.v1.Envelope;
import io.postern.ingress.attribution.AcceptedRecipients;
import io.postern.ingress.attribution.Attribution;
import io.postern.smtp.Address;
import org.jspecify.annotations.Nullable;

/**
 * A mail transaction, from MAIL to the end of its data, RSET, EHLO or STARTTLS (RFC 5321 §3.3).
 * Owner: the session's thread, which must close it.
 */
final class MailTransaction implements AutoCloseable {
  private final String reversePath;
  private final MailParameters parameters;
  private final Attribution attribution;
  private final AcceptedRecipients recipients;
  private int refusedRecipients;
  private long directoryVersion;

  MailTransaction(
      @Nullable Address from,
      MailParameters parameters,
      Attribution attribution,
      AcceptedRecipients recipients) {
    this.reversePath = from == null ? "" : from.toString();
    this.parameters = parameters;
    this.attribution = attribution;
    this.recipients = recipients;
  }

  String reversePath() {
    return reversePath;
  }

  Attribution attribution() {
    return attribution;
  }

  AcceptedRecipients recipients() {
    return recipients;
  }

  MailParameters parameters() {
    return parameters;
  }

  boolean full() {
    return recipients.size() + refusedRecipients >= SessionLimits.RECIPIENTS;
  }

  void countRefusedRecipient() {
    refusedRecipients++;
  }

  boolean onlyRefusals() {
    return recipients.isEmpty() && refusedRecipients > 0;
  }

  void noteDirectoryVersion(long version) {
    directoryVersion = Math.max(directoryVersion, version);
  }

  long directoryVersion() {
    return directoryVersion;
  }

  @Override
  public void close() {
    recipients.close();
  }

  Envelope envelope() {
    return Envelope.newBuilder()
        .setReversePath(reversePath)
        .addAllRecipients(recipients.envelope())
        .setBody(parameters.body())
        .setRet(parameters.ret())
        .setEnvelopeId(parameters.envelopeId())
        .build();
  }
}
