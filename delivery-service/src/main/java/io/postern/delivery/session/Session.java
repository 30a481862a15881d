package io.postern.delivery.session;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.gate.StsDemand;
import io.postern.delivery.gate.StsMatch;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An open session after EHLO: nothing of an envelope was sent yet, or the last transaction ended in
 * order. Owner: one delivery's thread at a time; {@link Connections} hands it on.
 */
public final class Session {
  public final SessionKey key;
  public final Establishment establishment;
  public final Dialogue dialogue;
  public final Capabilities capabilities;

  /** The host's (RFC 9422). */
  public final Limits limits;

  private Judge.@Nullable Presented presented; // with their keys, SHA-256 over the chain
  private @Nullable CertificateVerdict judged;
  private @Nullable VerdictEvidence evidence; // of `judged`: certificates are not read for each use
  private int uses;
  private boolean dataApart;
  private boolean authenticated;

  Session(
      SessionKey key, Establishment establishment, Dialogue dialogue, Capabilities capabilities) {
    this.key = key;
    this.establishment = establishment;
    this.dialogue = dialogue;
    this.capabilities = capabilities;
    this.limits = capabilities.limits();
  }

  public Target target() {
    return key.target();
  }

  public TlsGate.Channel channel() {
    return establishment.channel();
  }

  /** False: in plaintext after failed handshakes, while the next delivery tries TLS again. */
  public boolean reusable() {
    return !(channel() instanceof TlsGate.Channel.Plaintext(TlsGate.PlaintextReason why)
        && why == TlsGate.PlaintextReason.HANDSHAKE_FAILED);
  }

  /** Transactions so far. */
  public int uses() {
    return uses;
  }

  public void used() {
    uses++;
  }

  /** The host takes no further transaction over it (MAILMAX). */
  public boolean exhausted() {
    return uses >= limits.transactions();
  }

  /** The host knows us by the credentials of the key. */
  public boolean authenticated() {
    return authenticated;
  }

  void becomeAuthenticated() {
    authenticated = true;
  }

  /** DATA does not go with the envelope: the host takes it although it refused everybody. */
  public boolean dataApart() {
    return dataApart;
  }

  public void keepDataApart() {
    dataApart = true;
  }

  /**
   * Is the host's chain good for this session's requirement? Null without TLS. Asked in the name of
   * whose anchors are needed: to another organization's mailbox route they are that one's.
   *
   * @param sender whose mail it is
   */
  Judge.@Nullable Presented presented(String sender) {
    if (!(channel() instanceof TlsGate.Channel.Tls)) {
      return null;
    }
    TlsRequirement requirement = key.requirement();
    String organization = DirectoryKeys.organizationOf(requirement.getAnchors(), sender);
    Judge.Presented before = presented;
    Judge.Presented now =
        before != null
            ? new Judge.Presented(
                before.question().askedBy(organization),
                before.policyQuestion() == null ? null : before.policyQuestion().askedBy(sender))
            : new Judge.Presented(
                question(requirement.getAnchors(), requirement.getRevocation(), organization),
                policyQuestion(sender));
    presented = now;
    return now;
  }

  /**
   * The gate's ruling on it; blocks for a verdict where one is needed.
   *
   * @param requirement the key's, or another one to compare with
   * @param sender whose mail it is
   * @param needsNoPromise REQUIRETLS need not be offered
   */
  public Judge.Judgement judged(
      Judge judge, TlsRequirement requirement, String sender, boolean needsNoPromise) {
    return judge.judge(
        requirement,
        key.demand(),
        channel(),
        target().host(),
        capabilities.requireTls() || needsNoPromise,
        presented(sender));
  }

  /** The host that passed the gate is who it claims to be, and nobody in between. */
  public boolean proven(Judge.Judgement judgement) {
    if (!(channel() instanceof TlsGate.Channel.Tls tls)) {
      return false;
    }
    StsMatch policy = judgement.proofs().mtaSts();
    return judgement.proofs().dane() != null
        || policy != null && policy.good()
        || switch (key.requirement().getLevel()) {
          case DOMAIN_VALIDATION -> true;
          // The level asks for no name, and anybody may have a good certificate.
          case CERTIFICATE_VALIDATION -> key.demand().isNamed(target().host(), tls.names());
          default -> false;
        };
  }

  /**
   * The same for a requirement that binds nobody.
   *
   * @param sender whose mail it is
   */
  public @Nullable VerdictQuestion question(TlsRequirement requirement, String sender) {
    return channel() instanceof TlsGate.Channel.Tls
        ? question(
            requirement.getAnchors(),
            requirement.getRevocation(),
            DirectoryKeys.organizationOf(requirement.getAnchors(), sender))
        : null;
  }

  /** RFC 8461 §4.2: the anchors are the sender's own. */
  private @Nullable VerdictQuestion policyQuestion(String sender) {
    StsDemand policy = key.demand().mtaSts();
    return policy == null || !policy.named()
        ? null
        : question(
            AnchorSetReference.getDefaultInstance(), RevocationMode.REVOCATION_BEST_EFFORT, sender);
  }

  private VerdictQuestion question(
      AnchorSetReference anchors, RevocationMode revocation, String organization) {
    return new VerdictQuestion(
        dialogue.peerChain(),
        dialogue.stapledOcsp(),
        CertificateRole.ROLE_SERVER,
        anchors,
        revocation,
        organization);
  }

  /** The grounds of a verdict on the host's chain. */
  public VerdictEvidence evidence(CertificateVerdict verdict) {
    VerdictEvidence known = evidence;
    if (known == null || judged != verdict) {
      known = PathEvidence.of(verdict, dialogue.peerChain());
      judged = verdict;
      evidence = known;
    }
    return known;
  }

  public void quit(Duration patience) {
    dialogue.quit(patience);
  }

  public void abort() {
    dialogue.abort();
  }

  /** From any thread. */
  public void cut() {
    dialogue.cut();
  }
}
