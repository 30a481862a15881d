package io.postern.log.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DirectoryStateTest {
  private final DirectoryState state = new DirectoryState();

  @Test
  void aCommandsObjectsAreAppliedTogether() throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 1, 0);
    add(DirectoryObjects.outbound("contoso", "out"), "b", 0, 2, 2);
    assertThat(state.objects()).hasSize(1);
    assertThat(state.version()).isEqualTo(0);

    add(DirectoryObjects.inbound("contoso", "in"), "b", 1, 2, 3);
    assertThat(state.objects()).hasSize(3);
    assertThat(state.version()).isEqualTo(3);
  }

  @Test
  void aCommandThatLostObjectsToCompactionEndsWithItsTransaction()
      throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 3, 0);
    state.passed(1);
    assertThat(state.objects()).isEmpty();
    state.passed(4);
    assertThat(state.objects()).hasSize(1);
  }

  @Test
  void aCommandThatLostObjectsToCompactionEndsWithTheNext() throws InvalidProtocolBufferException {
    add(DirectoryObjects.organization("contoso"), "a", 0, 3, 0);
    add(DirectoryObjects.organization("fabrikam"), "b", 0, 2, 4);
    assertThat(state.objects()).hasSize(1);
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
    assertThat(state.objects())
        .extracting(DirectoryKeys::key)
        .doesNotContain("outbound-connector/contoso/out");
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
    assertThat(state.objects()).isEmpty();
    assertThat(state.version()).isEqualTo(5);
  }

  private void add(DirectoryObject object, String command, int index, int count, long offset)
      throws InvalidProtocolBufferException {
    DirectoryObject written = DirectoryObjects.of(object, command, index, count);
    state.add(DirectoryKeys.key(written), written.toByteArray(), offset);
  }
}
