package io.postern.certificate.mtasts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyState;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyStatesTest {
  private final PolicyStates states = new PolicyStates();

  private static StsPolicyState policy(String domain, long asked) {
    return StsPolicyState.newBuilder()
        .setDomain(domain)
        .setId("1")
        .setMode("enforce")
        .addMx("mx." + domain)
        .setAskedMillis(asked)
        .build();
  }

  private static StsPolicyState failure(String domain, long at) {
    return StsPolicyState.newBuilder()
        .setDomain(domain)
        .setFailure(StsFailure.newBuilder().setId("1").setAtMillis(at))
        .build();
  }

  @Test
  void theNewestStateOfADomainCounts() {
    assertThat(states.put(failure("a.example", 1))).isEmpty();
    assertThat(states.put(policy("a.example", 2))).isEmpty();
    assertThat(states.get("a.example")).isEqualTo(policy("a.example", 2));
    assertThat(states.all()).hasSize(1);
    states.remove("a.example");
    states.remove("a.example");
    assertThat(states.get("a.example")).isNull();
    assertThat(states.all()).isEmpty();
  }

  @Test
  void domainsWithoutAPolicyGoFirstThenThoseAskedForLongestAgo() {
    for (int i = 0; i < PolicyStates.MOST; i++) {
      assertThat(states.put(policy("d" + i + ".example", 1000 + i))).isEmpty();
    }
    assertThat(states.put(failure("fresh.example", 99_999))).containsExactly("fresh.example");
    assertThat(states.put(policy("new.example", 100_000))).containsExactly("d0.example");
    assertThat(states.put(policy("d1.example", 100_001))).isEmpty();
    assertThat(states.put(policy("newer.example", 100_002))).containsExactly("d2.example");
    assertThat(states.all()).hasSize(PolicyStates.MOST);
  }

  /** A wildcard in the DNS makes any number of policy domains. */
  @Test
  void theOwnerOfADomainPushesOutHisOwnOnly() {
    states.put(policy("fabrikam.example", 0));
    int most = PolicyStates.MOST / PolicyStates.PARENTS_PART;
    for (int i = 0; i < most; i++) {
      assertThat(states.put(policy("s" + i + ".attacker.example", 1000 + i))).isEmpty();
    }
    for (int i = 0; i < most; i++) {
      assertThat(states.put(policy("t" + i + ".attacker.example", 10_000 + i)))
          .containsExactly("s" + i + ".attacker.example");
    }
    assertThat(states.get("fabrikam.example")).isNotNull();
    assertThat(states.all()).hasSize(most + 1);
  }

  @Test
  void longPoliciesAreBoundedByTheirBytes() {
    StsPolicyState.Builder longest = StsPolicyState.newBuilder().setId("1");
    for (int i = 0; i < 40; i++) {
      longest.addMx("x".repeat(200));
    }
    List<String> gone = List.of();
    int kept = 0;
    while (gone.isEmpty() && kept < PolicyStates.MOST) {
      String domain = "d" + kept + ".example";
      gone = states.put(longest.setDomain(domain).setAskedMillis(kept).build());
      kept++;
    }
    assertThat(gone).containsExactly("d0.example");
    assertThat(kept).isBetween(400, 700);
  }
}
