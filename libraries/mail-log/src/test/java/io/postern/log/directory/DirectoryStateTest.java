package io.postern.log.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DirectoryStateTest {
  private final DirectoryState state = new DirectoryState(AnchorSets.WHOLE);

  @Test
  void aCommandsObjectsAreAppliedTogether() throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 1, 0);
    add(DirectoryObjects.outbound("contoso", "out"), "b", 0, 2, 2);
    assertThat(objects()).hasSize(1);
    assertThat(state.version()).isEqualTo(0);

    add(DirectoryObjects.inbound("contoso", "in"), "b", 1, 2, 3);
    assertThat(objects()).hasSize(3);
    assertThat(state.version()).isEqualTo(3);
  }

  @Test
  void aCommandThatLostObjectsToCompactionEndsWithItsTransaction()
      throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 3, 0);
    state.passed(1);
    assertThat(objects()).isEmpty();
    state.passed(4);
    assertThat(objects()).hasSize(1);
  }

  @Test
  void aCommandThatLostObjectsToCompactionEndsWithTheNext() throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 3, 0);
    add(DirectoryObjects.organization("fabrikam"), "b", 0, 2, 4);
    assertThat(objects()).hasSize(1);
    assertThat(state.version()).isEqualTo(0);
  }

  @Test
  void theRoutingVersionCountsConnectorsAndDomainsRemovedOnesIncluded()
      throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 1, 0);
    assertThat(state.routingVersions()).isEmpty();
    add(DirectoryObjects.domain("contoso.com", "contoso"), "b", 0, 1, 2);
    add(DirectoryObjects.outbound("fabrikam", "out"), "c", 0, 1, 4);
    assertThat(state.routingVersions()).isEqualTo(Map.of("contoso", 2L, "fabrikam", 4L));

    add(DirectoryObjects.outbound("contoso", "out"), "d", 0, 1, 6);
    add(
        DirectoryObjects.outbound("contoso", "out").toBuilder().setRemoved(true).build(),
        "e",
        0,
        1,
        8);
    add(DirectoryObjects.organization("contoso"), "f", 0, 1, 10);
    assertThat(state.routingVersions()).isEqualTo(Map.of("contoso", 8L, "fabrikam", 4L));
    assertThat(objects()).doesNotContainKey("outbound-connector/contoso/out");
    assertThat(state.version()).isEqualTo(10);
  }

  @Test
  void theListsEndIsTheNewestThatADomainNames() throws InvalidProtocolBufferException {
    DirectoryObject domain = DirectoryObjects.domain("contoso.com", "contoso");
    add(domain.toBuilder().setRecipientsEnd(40).build(), "a", 0, 1, 0);
    assertThat(state.routingVersions()).isEqualTo(Map.of("contoso", 0L));
    assertThat(state.recipientsEnd()).isEqualTo(40);
    add(domain, "b", 0, 1, 2);
    assertThat(state.recipientsEnd()).isEqualTo(40);
    add(domain.toBuilder().setRecipientsEnd(41).build(), "c", 0, 1, 4);
    assertThat(state.recipientsEnd()).isEqualTo(41);
  }

  @Test
  void anObjectOfANewerWriterIsLeftOut() throws InvalidProtocolBufferException {
    state.add(
        "quota/contoso", DirectoryObject.newBuilder().setCommandId("a").build().toByteArray(), 5);
    assertThat(objects()).isEmpty();
    assertThat(state.version()).isEqualTo(5);
  }

  /** Two readers that started at different times agree, or a delivery would circle between them. */
  @Test
  void aReaderOfTheCompactedTopicHasTheSameVersionsAndObjects()
      throws InvalidProtocolBufferException {
    Random random = new Random(17);
    Map<String, DirectoryObject> folded = new HashMap<>();
    Map<String, Record> newest = new HashMap<>();
    int moved = 0;
    int taken = 0;
    for (long offset = 0; offset < 4_000; offset++) {
      DirectoryObject object = drawn(random);
      String key = DirectoryKeys.key(object);
      DirectoryObject former = folded.get(key);
      if (former != null && former.hasAcceptedDomain()) {
        String before = DirectoryKeys.organizationOf(former);
        moved += before.equals(DirectoryKeys.organizationOf(object)) ? 0 : 1;
      }
      byte[] value = DirectoryObjects.of(object, "c" + offset, 0, 1).toByteArray();
      state.add(key, value, offset);
      newest.put(key, new Record(key, value, offset));
      boolean routes = object.hasInboundConnector() || object.hasOutboundConnector();
      String organization = DirectoryKeys.organizationOf(object);
      if (routes && random.nextBoolean()) {
        // What the owner does behind a connector (DirectoryOwner).
        for (String marker : state.markers().getOrDefault(organization, List.of())) {
          if (!marker.equals(key)) {
            taken++;
            state.add(marker, null, ++offset);
            newest.remove(marker);
          }
        }
      }
      if (random.nextInt(20) == 0) {
        fold(state, folded);
        DirectoryState later = new DirectoryState(AnchorSets.WHOLE);
        for (Record last :
            newest.values().stream().sorted(Comparator.comparing(Record::offset)).toList()) {
          later.add(last.key(), last.value(), last.offset());
        }
        Map<String, DirectoryObject> anew = new HashMap<>();
        fold(later, anew);
        assertThat(folded).isEqualTo(anew);
        assertThat(state.routingVersions()).isEqualTo(later.routingVersions());
        assertThat(state.organizationVersions()).isEqualTo(later.organizationVersions());
        assertThat(state.hasOrganization()).isEqualTo(later.hasOrganization());
        assertThat(state.version()).isEqualTo(later.version());
      }
    }
    assertThat(moved).as("seed 17").isGreaterThan(100);
    assertThat(taken).as("markers").isGreaterThan(100);
  }

  @Test
  void theWeightIsThatOfTheNewestObjects() throws InvalidProtocolBufferException {
    assertThat(state.weight()).isZero();
    add(DirectoryObjects.organization("contoso"), "a", 0, 1, 0);
    long one = state.weight();
    for (int i = 1; i < 10; i++) {
      add(DirectoryObjects.inbound("contoso", "in"), "b" + i, 0, 1, i);
    }
    assertThat(state.weight()).isBetween(2 * one - 500, 2 * one + 500);
    state.add("inbound-connector/contoso/in", null, 20);
    assertThat(state.weight()).isEqualTo(one);
    assertThat(state.version()).as("no version").isEqualTo(9);
  }

  private record Record(String key, byte[] value, long offset) {}

  private static DirectoryObject drawn(Random random) {
    String organization = "org" + random.nextInt(3);
    DirectoryObject object =
        switch (random.nextInt(4)) {
          case 0 -> DirectoryObjects.organization(organization);
          case 1 -> DirectoryObjects.domain("d" + random.nextInt(4) + ".example", organization);
          case 2 -> DirectoryObjects.inbound(organization, "in" + random.nextInt(2));
          default -> DirectoryObjects.outbound(organization, "out" + random.nextInt(2));
        };
    return object.toBuilder().setRemoved(random.nextInt(3) == 0).build();
  }

  private static void fold(DirectoryState state, Map<String, DirectoryObject> objects) {
    for (DirectoryObject change : state.changes()) {
      if (change.getRemoved()) {
        objects.remove(DirectoryKeys.key(change));
      } else {
        objects.put(DirectoryKeys.key(change), change);
      }
    }
  }

  private final Map<String, DirectoryObject> seen = new HashMap<>();

  private Map<String, DirectoryObject> objects() {
    fold(state, seen);
    return seen;
  }

  private void add(DirectoryObject object, String command, int index, int count, long offset)
      throws InvalidProtocolBufferException {
    DirectoryObject written = DirectoryObjects.of(object, command, index, count);
    state.add(DirectoryKeys.key(written), written.toByteArray(), offset);
  }
}
