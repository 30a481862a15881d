package io.postern.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnknownFieldSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TlsDemandTest {
  /** They ask nothing of the peer, so none is stricter than another. */
  private static final Set<TlsDemand> NOTHING_ASKED =
      Set.of(TlsDemand.CLIENT_CERTIFICATE, TlsDemand.SNI);

  private static final TlsRequirement OPPORTUNISTIC =
      TlsRequirement.newBuilder()
          .setLevel(TlsLevel.OPPORTUNISTIC)
          .setDane(DaneMode.DANE_OPPORTUNISTIC)
          .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)
          .setRevocation(RevocationMode.REVOCATION_OFF)
          .build();

  @Test
  void eachFieldOfARequirementIsADemand() {
    assertThat(Stream.of(TlsDemand.values()).map(TlsDemand::field))
        .containsExactlyInAnyOrderElementsOf(TlsRequirement.getDescriptor().getFields());
  }

  @ParameterizedTest
  @EnumSource(TlsDemand.class)
  void eachDemandIsComparedAlone(TlsDemand demand) {
    TlsRequirement strict = strict();
    List<TlsDemand> looser =
        Stream.of(TlsDemand.values())
            .filter(each -> each.isLooser(strict, without(strict, demand.field())))
            .toList();

    assertThat(looser).isEqualTo(NOTHING_ASKED.contains(demand) ? List.of() : List.of(demand));
  }

  private static TlsRequirement strict() {
    TlsRequirement.Builder strict =
        TlsRequirement.newBuilder().setAnchors(AnchorSetReference.newBuilder().setId("own"));
    for (FieldDescriptor field : TlsRequirement.getDescriptor().getFields()) {
      switch (field.getJavaType()) {
        case BOOLEAN -> strict.setField(field, true);
        case STRING -> strict.setField(field, "mail.example.com");
        case ENUM -> strict.setField(field, field.getEnumType().getValues().getLast());
        case MESSAGE -> {}
        default -> throw new IllegalStateException(field.getFullName());
      }
    }
    return strict.setRevocation(RevocationMode.REVOCATION_REQUIRED).build();
  }

  private static TlsRequirement without(TlsRequirement requirement, FieldDescriptor field) {
    return requirement.toBuilder().clearField(field).build();
  }

  @Test
  void flagsOfAConnectorAreThoseOfItsRequirement() {
    TlsRequirement.Builder requirement = TlsRequirement.newBuilder();

    TlsDemand.setFlags(
        requirement, OutboundConnector.newBuilder().setRequirePostQuantum(true).build());

    assertThat(requirement.build())
        .isEqualTo(TlsRequirement.newBuilder().setPostQuantum(true).build());
    assertThat(TlsDemand.flagTokens(requirement.build())).containsExactly("post-quantum");
    assertThat(TlsDemand.flagWords(requirement.build()))
        .containsExactly("a post-quantum key exchange");
  }

  static Stream<Consumer<TlsRequirement.Builder>> demandsOnTls() {
    return Stream.of(
        r -> r.setLevel(TlsLevel.ENCRYPTION_ONLY),
        TlsRequirement.Builder::clearLevel,
        r -> r.setLevelValue(77),
        r -> r.setForwardSecrecy(true),
        r -> r.setPostQuantum(true),
        r -> r.setMinimumVersion(TlsVersion.TLS_1_3),
        r -> r.setMinimumVersionValue(5),
        r -> r.setMinimumVersionValue(77),
        r -> r.setDane(DaneMode.DANE_MANDATORY),
        r -> r.setDaneValue(77),
        r -> r.setMtaStsValue(77),
        r -> r.setRevocationValue(77),
        r -> r.setRequireTls(RequireTls.REQUIRE_TLS_YES),
        r -> r.setRequireTlsValue(77),
        r -> r.setUnknownFields(newer()),
        r -> r.setAnchors(AnchorSetReference.newBuilder().setUnknownFields(newer())));
  }

  /** A field of a later version. */
  private static UnknownFieldSet newer() {
    return UnknownFieldSet.newBuilder()
        .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
        .build();
  }

  @ParameterizedTest
  @MethodSource("demandsOnTls")
  void plaintextIsRuledOutByEachDemandOnTls(Consumer<TlsRequirement.Builder> demand) {
    TlsRequirement.Builder requirement = OPPORTUNISTIC.toBuilder();
    demand.accept(requirement);

    assertThat(TlsDemand.plaintextAllowed(OPPORTUNISTIC)).isTrue();
    assertThat(TlsDemand.plaintextAllowed(requirement.build())).isFalse();
  }
}
