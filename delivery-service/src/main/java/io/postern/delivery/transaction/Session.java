package io.postern.delivery.transaction;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.TlsGate;
import io.postern.smtp.Capabilities;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An open session after EHLO: nothing of an envelope was sent yet, or the last transaction ended in
 * order. Owner: one delivery's thread at a time; {@link Connections} hands it on.
 */
final class Session {
  private final Target target;
  private final TlsRequirement requirement;
  private final Dialogue dialogue;
  private final Capabilities capabilities;
  private final TlsGate.Channel channel;
  private final int connectMillis;
  private final int tlsMillis;
  private final String tried;
  private @Nullable VerdictQuestion question; // with its key, a SHA-256 over the chain
  private int uses;
  private boolean dataApart;

  /**
   * @param requirement for which it was opened, and by which it is kept
   * @param tried what was tried with this host before and did not do; empty: nothing
   */
  Session(
      Target target,
      TlsRequirement requirement,
      Dialogue dialogue,
      Capabilities capabilities,
      TlsGate.Channel channel,
      int connectMillis,
      int tlsMillis,
      String tried) {
    this.target = target;
    this.requirement = requirement;
    this.dialogue = dialogue;
    this.capabilities = capabilities;
    this.channel = channel;
    this.connectMillis = connectMillis;
    this.tlsMillis = tlsMillis;
    this.tried = tried;
  }

  Target target() {
    return target;
  }

  Dialogue dialogue() {
    return dialogue;
  }

  Capabilities capabilities() {
    return capabilities;
  }

  TlsGate.Channel channel() {
    return channel;
  }

  int connectMillis() {
    return connectMillis;
  }

  int tlsMillis() {
    return tlsMillis;
  }

  String tried() {
    return tried;
  }

  /** Transactions so far. */
  int uses() {
    return uses;
  }

  void used() {
    uses++;
  }

  /** DATA does not go with the envelope: the host takes it although it refused everybody. */
  boolean dataApart() {
    return dataApart;
  }

  void keepDataApart() {
    dataApart = true;
  }

  /**
   * Is the host's chain good for this session's requirement? Null without TLS. Asked in the name of
   * whose anchors are needed: to another organization's mailbox route they are that one's.
   *
   * @param sender whose mail it is
   */
  @Nullable VerdictQuestion question(String sender) {
    if (!(channel instanceof TlsGate.Channel.Encrypted)) {
      return null;
    }
    String organization = DirectoryKeys.organizationOf(requirement.getAnchors(), sender);
    VerdictQuestion asked = question;
    asked =
        asked != null
            ? asked.askedBy(organization)
            : new VerdictQuestion(
                dialogue.peerChain(),
                dialogue.stapledOcsp(),
                CertificateRole.ROLE_SERVER,
                requirement.getAnchors(),
                requirement.getRevocation(),
                requirement.getAia(),
                organization);
    question = asked;
    return asked;
  }

  void quit(Duration patience) {
    dialogue.quit(patience);
  }

  void abort() {
    dialogue.abort();
  }

  /** From any thread. */
  void cut() {
    dialogue.cut();
  }
}
