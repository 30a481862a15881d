package io.postern.delivery.recipients;

import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.recipients.MailboxQuestion.Answer;
import java.util.List;
import java.util.Map;

/** The hosts of mailbox routes, as {@link io.postern.delivery.recipients.MailboxQuestion}. */
@FunctionalInterface
public interface MailboxHosts {
  /**
   * @return an answer for each address
   */
  Map<String, Answer> ask(
      String organization,
      NextHop hop,
      TlsRequirement requirement,
      List<String> addresses,
      Ownership ownership)
      throws InterruptedException;
}
