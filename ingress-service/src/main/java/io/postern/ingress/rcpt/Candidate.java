package io.postern.ingress.rcpt;

import io.postern.contracts.v1.Direction;
import io.postern.rules.Directory;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import org.jspecify.annotations.Nullable;

/**
 * A recipient on its way through the checks, with what they found: the decision of the rules first.
 * Owner: the session's thread, for one RCPT.
 */
public final class Candidate {
  private final Directory directory;
  private Recipient recipient;
  private InboundDecision.@Nullable Accept accept;
  private @Nullable Gateway gateway;
  private int questions;

  /**
   * @param directory by which all checks decide
   */
  public Candidate(Directory directory, Recipient recipient) {
    this.directory = directory;
    this.recipient = recipient;
  }

  public Directory directory() {
    return directory;
  }

  public Recipient recipient() {
    return recipient;
  }

  /**
   * The rules accept it.
   *
   * @param through the gateway that its mail comes through; null: none
   */
  public void accepted(InboundDecision.Accept by, @Nullable Gateway through) {
    accept = by;
    gateway = through;
  }

  /** Its mail goes back to a sender that was rewritten. */
  public void returnsTo(Address sender) {
    recipient = recipient.returningTo(sender);
  }

  /** The decision of the rules, for the checks after them. */
  public InboundDecision.Accept accept() {
    if (accept == null) {
      throw new IllegalStateException("the rules have not accepted this recipient");
    }
    return accept;
  }

  public @Nullable Gateway gateway() {
    return gateway;
  }

  /** Counts a question about it, and says how many there are. */
  public int countQuestion() {
    return ++questions;
  }

  /** A good verdict on the client's certificate let it in. */
  public boolean proved() {
    return accept != null && !accept.verdict().isEmpty();
  }

  /** The client stands for many senders: it is an own server, or a gateway. */
  public boolean relayed() {
    return accept().direction() == Direction.ORIGINATING || gateway != null;
  }
}
