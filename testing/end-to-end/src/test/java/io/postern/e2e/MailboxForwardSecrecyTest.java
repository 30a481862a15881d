package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.Issue;
import io.postern.lab.ScriptedPeer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** S4: mail to an organization's mailbox never goes without forward secrecy. */
class MailboxForwardSecrecyTest {
  @Test
  void aMailboxWithoutForwardSecrecyGetsNothing() throws Exception {
    TestStack stack = TestStack.shared();
    try (TestOrganization organization = stack.organization("secrecy")) {
      String host = "old-mailbox." + organization.domain();
      ScriptedPeer old =
          organization.peer(
              ScriptedPeer.named(host)
                  .identity(stack.ca().issue(Issue.to(host).withRsaKey()))
                  .tls12RsaOnly());
      organization.mailbox(old);
      organization.apply();
      String recipient = "anna@" + organization.domain();
      QueueId queueId = organization.relayed(List.of(recipient), Messages.small("secrecy"));
      assertThat(organization.outcome(queueId, recipient))
          .isEqualTo("deferred encryption-only/no-forward-secrecy");
      assertThat(old.sessions()).isNotEmpty();
      assertThat(old.envelopeSeen()).isFalse();
    }
  }
}
