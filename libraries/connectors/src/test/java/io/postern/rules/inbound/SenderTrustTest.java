package io.postern.rules.inbound;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import io.postern.rules.checks.DirectoryRules;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchange's TreatMessagesAsInternal and CloudServicesMailEnabled. */
class SenderTrustTest {
  private static Directory with(Consumer<InboundConnector.Builder> connector) {
    return directory(
        organization("contoso"),
        domain("contoso", "contoso.com"),
        organization("northwind"),
        domain("northwind", "northwind.com"),
        onPremisesIn("contoso", "Own", connector));
  }

  private static SenderTrust trust(Directory directory, InboundFacts facts, String recipient) {
    return ((InboundDecision.Accept) InboundRules.decide(directory, facts, recipient, Sample.GOOD))
        .trust();
  }

  @ParameterizedTest(name = "from {0}: {1}")
  @CsvSource({
    "contoso.com, INTERNAL",
    "outside.example, NONE",
    "northwind.com, NONE",
    "sub.contoso.com, NONE",
    "'', NONE",
  })
  void mailOfTheOwnServerIsInternalWhereTheSendersDomainIsTheOrganizations(
      String sender, SenderTrust expected) {
    Directory directory =
        with(
            c ->
                c.setTlsSenderCertificateName("mail.contoso.com").setTreatMessagesAsInternal(true));
    InboundFacts facts = tls("192.0.2.1", sender.isEmpty() ? null : sender, "mail.contoso.com");
    for (String recipient : List.of("contoso.com", "outside.example", "northwind.com")) {
      if (!(sender.equals("northwind.com") && recipient.equals("outside.example"))) { // refused
        assertThat(trust(directory, facts, recipient)).isEqualTo(expected);
      }
    }
  }

  /** It relays anybody's mail. */
  @Test
  void aGatewayIsNotTrusted() {
    Directory directory =
        with(
            c ->
                c.addSenderIpAddresses("192.0.2.1")
                    .setTreatMessagesAsInternal(true)
                    .setEfSkipLastIp(true));
    assertThat(trust(directory, plain("192.0.2.1", "contoso.com"), "contoso.com"))
        .isEqualTo(SenderTrust.NONE);
    assertThat(DirectoryRules.validate(directory(), directory.objects()))
        .extracting(problem -> problem.getField())
        .contains("efSkipLastIP");
  }

  @Test
  void anAddressMayMakeMailInternalAndNeverVouchesForHeaderFields() {
    InboundFacts facts = plain("192.0.2.1", "contoso.com");
    assertThat(
            trust(
                with(c -> c.addSenderIpAddresses("192.0.2.1").setTreatMessagesAsInternal(true)),
                facts,
                "contoso.com"))
        .isEqualTo(SenderTrust.INTERNAL);
    assertThat(
            trust(
                with(c -> c.addSenderIpAddresses("192.0.2.1").setCloudServicesMailEnabled(true)),
                facts,
                "contoso.com"))
        .isEqualTo(SenderTrust.NONE);
  }

  @Test
  void cloudServicesMailEnabledTrustsTheServersHeaderFieldsWhoeverTheSenderIs() {
    Directory directory =
        with(
            c ->
                c.setTlsSenderCertificateName("mail.contoso.com")
                    .setCloudServicesMailEnabled(true)
                    .setTreatMessagesAsInternal(true)); // of an earlier or newer writer
    assertThat(trust(directory, tls("192.0.2.1", null, "mail.contoso.com"), "outside.example"))
        .isEqualTo(SenderTrust.CLOUD_SERVICES);
    // Nobody else is trusted because of it.
    assertThat(trust(directory, plain("192.0.2.1", "contoso.com"), "contoso.com"))
        .isEqualTo(SenderTrust.NONE);
    assertThat(trust(directory, tls("192.0.2.1", "contoso.com", "mail.x.example"), "contoso.com"))
        .isEqualTo(SenderTrust.NONE);
  }
}
