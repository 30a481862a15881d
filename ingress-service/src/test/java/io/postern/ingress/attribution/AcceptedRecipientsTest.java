package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.rules.InboundDecision;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcceptedRecipientsTest {
  private final AcceptedRecipients recipients = new AcceptedRecipients();

  private static InboundDecision.Accept accept(String organization, String connector) {
    return new InboundDecision.Accept(
        organization,
        connector,
        Direction.INCOMING,
        "",
        new byte[0],
        Explanation.newBuilder().setSummary(organization).build());
  }

  @Test
  void recipients_keep_their_order_and_each_is_in_exactly_one_group() {
    recipients.add("a@one.example", accept("one", "c"));
    recipients.add("b@two.example", accept("two", ""));
    recipients.add("c@one.example", accept("one", "c"));
    recipients.add("d@one.example", accept("one", ""));
    assertThat(recipients.envelope())
        .extracting(r -> r.getAddress())
        .containsExactly("a@one.example", "b@two.example", "c@one.example", "d@one.example");
    assertThat(recipients.groups())
        .extracting(RecipientGroup::getRecipientsList)
        .containsExactly(List.of(0, 2), List.of(1), List.of(3));
    assertThat(recipients.groups().get(1).getExplanation().getSummary()).isEqualTo("two");
  }

  @Test
  void the_same_address_twice_is_once() {
    recipients.add("a@one.example", accept("one", "c"));
    recipients.add("a@one.example", accept("one", "c"));
    assertThat(recipients.size()).isEqualTo(1);
    assertThat(recipients.groups().getFirst().getRecipientsList()).containsExactly(0);
  }
}
