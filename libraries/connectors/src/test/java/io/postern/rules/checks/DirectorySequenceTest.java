package io.postern.rules.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.RandomDirectories;
import io.postern.rules.Sample;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A directory that follows another one shares what did not change, and decides as a new one. */
class DirectorySequenceTest {
  private static final int ROUNDS = 300;
  private static final int STEPS = 12;

  @Test
  void aDirectoryAfterRandomChangesDecidesAsOneThatIsMadeAnew() {
    RandomDirectories random = new RandomDirectories(29);
    Random choice = new Random(31);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, DirectoryObject> state = new TreeMap<>();
      Directory sequence = Directory.of(List.of(), -1, Map.of());
      for (int step = 0; step < STEPS; step++) {
        List<DirectoryObject> changes = change(state, random.objects(), choice);
        List<DirectoryObject> objects = new ArrayList<>(state.values());
        sequence = Directory.next(sequence, changes, step, Map.of(), Map.of());
        Directory anew = Directory.of(objects, step, Map.of());
        assertThat(sequence.objects()).isEqualTo(anew.objects());
        List<DirectoryObject> draft = random.objects();
        assertThat(DirectoryRules.validate(sequence, draft))
            .isEqualTo(DirectoryRules.validate(anew, draft));
        for (int i = 0; i < 5; i++) {
          InboundFacts facts = random.facts();
          String recipient = random.recipient();
          String context = "seeds 29, 31, round %d, step %d".formatted(round, step);
          InboundDecision decided = InboundRules.decide(sequence, facts, recipient, Sample.GOOD);
          assertThat(decided)
              .as(context)
              .usingRecursiveComparison()
              .withEqualsForType(Explanation::equals, Explanation.class)
              .isEqualTo(InboundRules.decide(anew, facts, recipient, Sample.GOOD));
          accepted += decided instanceof InboundDecision.Accept ? 1 : 0;
          assertThat(out(sequence, recipient)).as(context).isEqualTo(out(anew, recipient));
          assertThat(sequence.enforced() == null).isEqualTo(anew.enforced() == null);
        }
      }
    }
    assertThat(accepted).as("seeds 29, 31").isGreaterThan(500);
  }

  /** Some objects are replaced by namesakes, some are removed. */
  private static List<DirectoryObject> change(
      Map<String, DirectoryObject> state, List<DirectoryObject> drawn, Random choice) {
    List<DirectoryObject> changes = new ArrayList<>();
    for (DirectoryObject object : drawn) {
      if (choice.nextInt(3) == 0 || state.isEmpty()) {
        state.put(DirectoryKeys.key(object), object);
        changes.add(object);
      }
    }
    for (DirectoryObject object : List.copyOf(state.values())) {
      if (choice.nextInt(12) == 0) {
        state.remove(DirectoryKeys.key(object));
        changes.add(removed(object));
      }
    }
    return changes;
  }

  private static List<OutboundDecision> out(Directory directory, String recipient) {
    return directory.objects().stream()
        .filter(DirectoryObject::hasOrganization)
        .map(
            organization ->
                OutboundRules.decide(
                    directory,
                    OutboundMail.to(
                        organization.getOrganization().getId(), Direction.ORIGINATING, recipient)))
        .toList();
  }

  @Test
  void aChangeOfOneOrganizationMakesItsIndexAloneAnew() {
    List<DirectoryObject> objects = new ArrayList<>();
    for (String id : List.of("contoso", "fabrikam")) {
      objects.add(Sample.organization(id));
      objects.add(Sample.partnerIn(id, "From", c -> c.addSenderDomains("partner.example")));
      IntStream.range(0, 5)
          .forEach(
              i -> objects.add(Sample.partnerOut(id, "To " + i, c -> c.addRecipientDomains("*"))));
    }
    Directory first = Directory.of(objects, 1, Map.of());
    Directory second =
        first.with(
            List.of(Sample.partnerOut("contoso", "To 3", c -> c.addRecipientDomains("x.example"))));
    assertThat(second.index("fabrikam")).isSameAs(first.index("fabrikam"));
    assertThat(second.index("contoso")).isNotSameAs(first.index("contoso"));
    Directory third = second.with(List.of(removed(objects.getLast())));
    assertThat(third.index("contoso")).isSameAs(second.index("contoso"));
    assertThat(third.outboundConnectors("fabrikam")).hasSize(4);
  }

  private static DirectoryObject removed(DirectoryObject object) {
    return object.toBuilder().setRemoved(true).build();
  }
}
