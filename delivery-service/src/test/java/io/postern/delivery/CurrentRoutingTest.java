package io.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurrentRoutingTest {
  private static final DeliveryRequested TO_TAILSPIN =
      DeliveryRequested.newBuilder()
          .setOrganization("contoso")
          .setRoutingVersion(20)
          .setEnvelope(
              Envelope.newBuilder()
                  .addRecipients(EnvelopeRecipient.newBuilder().setAddress("x@elsewhere.example"))
                  .addRecipients(EnvelopeRecipient.newBuilder().setAddress("bob@TAILSPIN.example")))
          .build();

  private static Directory directory(long contoso, long tailspin) {
    List<DirectoryObject> objects = new ArrayList<>();
    for (String id : List.of("contoso", "tailspin")) {
      objects.add(
          DirectoryObject.newBuilder()
              .setOrganization(Organization.newBuilder().setId(id))
              .build());
      objects.add(
          DirectoryObject.newBuilder()
              .setAcceptedDomain(
                  AcceptedDomain.newBuilder().setOrganization(id).setDomain(id + ".example"))
              .build());
    }
    return Directory.of(objects, 99, Map.of("contoso", contoso, "tailspin", tailspin));
  }

  @ParameterizedTest
  @CsvSource({
    "20, 7, false", // as decided
    "7, 20, false",
    "7, 7, false", // this reader is behind the decider's
    "21, 7, true", // the sender's organization changed its connectors
    "7, 21, true", // the recipient's organization did
  })
  void G3_aChangeOfEitherOrganizationHandsTheDeliveryBack(
      long contoso, long tailspin, boolean changed) {
    CurrentRouting routing = new CurrentRouting(() -> Optional.of(directory(contoso, tailspin)));
    assertThat(routing.changed(TO_TAILSPIN) != null).isEqualTo(changed);
  }

  @Test
  void anOrganizationThatHasNothingToDoWithItHandsNothingBack() {
    CurrentRouting routing = new CurrentRouting(() -> Optional.of(directory(20, 30)));
    DeliveryRequested.Builder outside = TO_TAILSPIN.toBuilder();
    outside.getEnvelopeBuilder().removeRecipients(1);
    assertThat(routing.changed(outside.build())).isNull();
  }

  @Test
  void aDirectoryThatIsNotCurrentHandsTheDeliveryBack() {
    assertThat(new CurrentRouting(Optional::empty).changed(TO_TAILSPIN))
        .contains("makes no progress");
  }
}
