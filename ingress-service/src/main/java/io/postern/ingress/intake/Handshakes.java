package io.postern.ingress.intake;

import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import java.util.List;

/**
 * Where it is told how partners shake hands with us: certificate.handshakes. Called from session
 * threads behind the reply to a session's first message of each connector; never blocks and never
 * throws.
 */
@FunctionalInterface
public interface Handshakes {
  void accepted(SessionFacts session, List<RecipientGroup> groups);
}
