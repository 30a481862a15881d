package io.postern.rules.checks;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.TlsLevel;
import io.postern.rules.Directory;
import io.postern.rules.checks.ChangedMeaning.Effect;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each connector that means something else since decision 83 is named, and no other. */
class ChangedMeaningTest {
  static Stream<Arguments> rows() {
    return Stream.of(
        of(
            onPremisesIn("contoso", "a", c -> c.setTlsSenderCertificateName("*.contoso.com")),
            "tlsSenderCertificateName",
            Effect.LOOSER),
        of(
            onPremisesIn("contoso", "a", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
            "",
            null),
        of(
            onPremisesIn("contoso", "a", c -> c.addSenderIpAddresses("192.0.2.1")),
            "senderIPAddresses",
            Effect.LOOSER),
        of(
            partnerIn(
                "contoso",
                "a",
                c ->
                    c.addSenderDomains("x.example")
                        .setRequireTls(true)
                        .setTlsSenderCertificateName("mail.x.example")),
            "tlsSenderCertificateName",
            Effect.STRICTER),
        of(
            partnerIn(
                "contoso",
                "a",
                c ->
                    c.addSenderDomains("x.example")
                        .setRequireTls(true)
                        .setRestrictDomainsToCertificate(true)
                        .setTlsSenderCertificateName("mail.x.example")),
            "",
            null),
        of(
            partnerIn(
                "contoso",
                "a",
                c ->
                    c.addSenderDomains("x.example")
                        .setRequireTls(true)
                        .setRestrictDomainsToCertificate(true)
                        .setTlsSenderCertificateName("*.x.example")),
            "tlsSenderCertificateName",
            Effect.LOOSER),
        of(
            onPremisesIn("contoso", "a", c -> c.setTlsSenderCertificateName("mail.x.example")),
            "tlsSenderCertificateName",
            Effect.LOOSER),
        of(
            partnerIn(
                "contoso",
                "a",
                c -> c.addSenderDomains("x.example").setTlsSenderCertificateName("mail.x.example")),
            "tlsSenderCertificateName",
            Effect.LOOSER),
        of(
            partnerIn("contoso", "a", c -> c.addSenderDomains("x.example").setRequireTls(true)),
            "",
            null),
        of(
            partnerIn(
                "contoso",
                "a",
                c -> c.setEnabled(false).setTlsSenderCertificateName("*.x.example")),
            "",
            null),
        of(
            partnerOut(
                "contoso",
                "a",
                c ->
                    c.addRecipientDomains("x.example")
                        .setUseMxRecord(true)
                        .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                        .setTlsDomain("*.x.example")),
            "tlsDomain",
            Effect.LOOSER),
        of(
            onPremisesOut(
                "contoso",
                "a",
                c -> c.setAllAcceptedDomains(true).addSmartHosts(host("192.0.2.1", 25))),
            "allAcceptedDomains",
            Effect.OTHER_WAY),
        of(
            partnerOut(
                "contoso",
                "a",
                c ->
                    c.addRecipientDomains("x.example")
                        .setUseMxRecord(false)
                        .addSmartHosts(host("192.0.2.1", 25))),
            "",
            null));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aConnectorThatMeansSomethingElseIsNamed(
      DirectoryObject connector, String field, @Nullable Effect effect) {
    Directory directory =
        Directory.of(
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                domain("contoso", "sales.contoso.com"),
                onPremisesOut(
                    "contoso",
                    "w",
                    c ->
                        c.addRecipientDomains("*.contoso.com")
                            .addSmartHosts(host("192.0.2.9", 25))),
                connector),
            1,
            Map.of());
    List<ChangedMeaning.Change> changes = ChangedMeaning.of(directory);
    if (field.isEmpty()) {
      assertThat(changes).isEmpty();
    } else {
      assertThat(changes)
          .singleElement()
          .satisfies(
              change -> {
                assertThat(change.field()).isEqualTo(field);
                assertThat(change.effect()).isEqualTo(effect);
                assertThat(change.object()).endsWith("-connector/contoso/a");
              });
    }
  }
}
