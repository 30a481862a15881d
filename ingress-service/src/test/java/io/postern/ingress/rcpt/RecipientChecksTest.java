package io.postern.ingress.rcpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.rules.Directory;
import io.postern.smtp.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecipientChecksTest {
  private static final Refusal NO = Refusal.of(550, "5.1.1", "No", "no");

  private final List<String> told = new ArrayList<>();
  private final Candidate candidate =
      new Candidate(
          Directory.of(List.of(), 1, Map.of()),
          Recipient.of(Address.parse("a@contoso.example"), List.of(), ""));

  /** Says what it is asked, and gives these results in turn. */
  private RecipientCheck check(String name, RecipientCheck.Result... results) {
    List<RecipientCheck.Result> left = new ArrayList<>(List.of(results));
    return new RecipientCheck() {
      @Override
      public Result check(Candidate candidate) {
        told.add(name);
        return left.removeFirst();
      }

      @Override
      public void giveBack(Candidate candidate) {
        told.add(name + " gives back");
      }
    };
  }

  private RecipientCheck.Wait wait(String name) {
    return ahead -> told.add(name + " waits with " + ahead);
  }

  private List<Address> pause() {
    told.add("replies are sent");
    return List.of(Address.parse("b@contoso.example"));
  }

  @Test
  void those_before_a_refusal_give_back_in_reverse_and_those_after_it_are_not_asked()
      throws Exception {
    RecipientChecks checks =
        new RecipientChecks(
            List.of(
                check("one", RecipientCheck.ACCEPTED),
                check("two", RecipientCheck.ACCEPTED),
                check("three", RecipientCheck.refused(NO)),
                check("four")));
    assertThat(checks.refusal(candidate, this::pause)).isEqualTo(NO);
    assertThat(told).containsExactly("one", "two", "three", "two gives back", "one gives back");
  }

  @Test
  void one_that_waits_is_asked_again_and_no_other() throws Exception {
    RecipientChecks checks =
        new RecipientChecks(
            List.of(
                check("one", RecipientCheck.ACCEPTED),
                check("two", wait("two"), wait("two"), RecipientCheck.ACCEPTED),
                check("three", RecipientCheck.ACCEPTED)));
    assertThat(checks.refusal(candidate, this::pause)).isNull();
    String waits = "two waits with [b@contoso.example]";
    assertThat(told)
        .containsExactly(
            "one",
            "two",
            "replies are sent",
            waits,
            "two",
            "replies are sent",
            waits,
            "two",
            "three");
  }
}
