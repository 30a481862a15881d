package io.postern.ingress.intake;

import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import java.util.List;

/**
 * The records of partners' handshakes with us, for certificate.handshakes. Called from session
 * threads behind the reply to a session's first message of each connector; never blocks and never
 * throws.
 */
@FunctionalInterface
public interface Handshakes {
  /**
   * @param groups for which a message was accepted
   */
  void record(SessionFacts session, List<RecipientGroup> groups);
}
