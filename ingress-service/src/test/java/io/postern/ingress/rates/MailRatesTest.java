package io.postern.ingress.rates;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.ingress.source.Source;
import io.postern.rules.Directory;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.SenderTrust;
import io.postern.smtp.Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** For whom a recipient and its message are counted. */
class MailRatesTest {
  private static final String CLIENT = "192.0.2.1";
  private static final String NETWORK = "4.7.500";
  private static final String CONNECTOR_MESSAGES = "4.7.501";
  private static final String CONNECTOR_RECIPIENTS = "4.7.502";
  private static final String SENDER = "4.7.503";
  private static final Address ANNA = Address.parse("anna@contoso.example");
  private static final Address STRANGER = Address.parse("a@stranger.example");

  private static final InboundDecision.Accept ANONYMOUS = accept("contoso", "", "", "", null);
  private static final InboundDecision.Accept BY_DOMAIN =
      accept("contoso", "Partner", "", "", null);
  private static final InboundDecision.Accept BY_ADDRESS =
      accept("contoso", "Partner", "192.0.2.0/24", "", null);
  private static final InboundDecision.Accept OWN = accept("contoso", "Own", "", "good", null);
  private static final InboundDecision.Accept OWN_TO_OTHERS =
      accept("contoso", "Own", "", "good", accept("fabrikam", "From Contoso", CLIENT, "", null));
  private static final InboundDecision.Accept OWN_TO_ANONYMOUS =
      accept("contoso", "Own", "", "good", accept("fabrikam", "", "", "", null));

  private long now = 1;
  private final Rates rates = new Rates(new SimpleMeterRegistry(), () -> now);

  private static InboundDecision.Accept accept(
      String organization,
      String connector,
      String byAddress,
      String verdict,
      InboundDecision.@Nullable Accept incoming) {
    return new InboundDecision.Accept(
        organization,
        connector,
        connector.equals("Own") ? Direction.ORIGINATING : Direction.INCOMING,
        byAddress,
        verdict,
        new byte[0],
        Explanation.getDefaultInstance(),
        SenderTrust.NONE,
        false,
        incoming,
        null);
  }

  private static Directory directory(Consumer<InboundConnector.Builder> change) {
    List<DirectoryObject> objects = new ArrayList<>();
    for (String organization : List.of("contoso", "fabrikam")) {
      objects.add(
          DirectoryObject.newBuilder()
              .setOrganization(Organization.newBuilder().setId(organization))
              .build());
      objects.add(
          DirectoryObject.newBuilder()
              .setAcceptedDomain(
                  AcceptedDomain.newBuilder()
                      .setDomain(organization + ".example")
                      .setOrganization(organization))
              .build());
    }
    objects.add(connector("contoso", "Own", ConnectorType.ON_PREMISES, change));
    objects.add(connector("contoso", "Partner", ConnectorType.PARTNER, change));
    objects.add(connector("contoso", "Gateway", ConnectorType.ON_PREMISES, change));
    objects.add(connector("fabrikam", "From Contoso", ConnectorType.PARTNER, change));
    return Directory.of(objects, 1, Map.of());
  }

  private static DirectoryObject connector(
      String organization,
      String name,
      ConnectorType type,
      Consumer<InboundConnector.Builder> change) {
    InboundConnector.Builder connector =
        InboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(name)
            .setConnectorType(type)
            .setEnabled(true);
    change.accept(connector);
    if (name.equals("Gateway")) {
      connector.addSenderIpAddresses(CLIENT).setEfSkipLastIp(true);
    }
    return DirectoryObject.newBuilder().setInboundConnector(connector).build();
  }

  private static Consumer<InboundConnector.Builder> only(
      String name, Consumer<InboundConnector.Builder> change) {
    return connector -> {
      if (connector.getName().equals(name)) {
        change.accept(connector);
      }
    };
  }

  private static Gateway gateway(Directory directory) {
    InboundFacts facts =
        new InboundFacts(CLIENT, false, List.of(), new byte[0], List.of(), "stranger.example");
    return ((GatewayRules.Answer.Through)
            GatewayRules.find(directory, facts, "contoso.example", question -> null))
        .gateway();
  }

  private MailRates mail(int ofNetwork, @Nullable Address sender) {
    return new MailRates(
        rates, CLIENT, Source.neighbours(InetAddress.ofLiteral(CLIENT)), ofNetwork, sender);
  }

  /** Sends one message after the other until one is refused; what it exceeds, "" for nothing. */
  private String exceeded(
      Directory directory,
      @Nullable Address sender,
      InboundDecision.Accept accept,
      @Nullable Gateway gateway) {
    for (int i = 0; i < 3; i++) {
      try (MailRates mail = mail(2, sender)) {
        Refusal exceeded = take(mail, directory, accept, gateway);
        if (exceeded != null) {
          assertThat(i).isEqualTo(2);
          assertThat(exceeded.reply().code()).isEqualTo(451);
          assertThat(exceeded.rule()).isEqualTo("rate");
          return enhanced(exceeded) + " " + exceeded.connector();
        }
        mail.accepted();
      }
    }
    return "";
  }

  private static void messages(InboundConnector.Builder connector) {
    connector.setMaxMessagesPerMinute(2);
  }

  private static void recipients(InboundConnector.Builder connector) {
    connector.setMaxRecipientsPerMinute(2);
  }

  private static void sender(InboundConnector.Builder connector) {
    connector.setMaxRecipientsPerMinutePerSender(2);
  }

  @Test
  void a_client_that_no_connector_proves_is_counted_for_its_network() {
    Directory directory = directory(MailRatesTest::messages);
    assertThat(exceeded(directory, STRANGER, ANONYMOUS, null)).isEqualTo(NETWORK + " ");
    now += Rate.MINUTE_NANOS;
    // Anybody can write a partner's domain: it must not use up the partner's rate.
    assertThat(exceeded(directory, STRANGER, BY_DOMAIN, null)).isEqualTo(NETWORK + " ");
  }

  @Test
  void one_that_a_connector_proves_is_counted_for_it_and_not_for_its_network() {
    assertThat(exceeded(directory(c -> {}), STRANGER, BY_ADDRESS, null)).isEmpty();
    assertThat(exceeded(directory(c -> {}), ANNA, OWN, null)).isEmpty();
    assertThat(exceeded(directory(MailRatesTest::messages), STRANGER, BY_ADDRESS, null))
        .isEqualTo(CONNECTOR_MESSAGES + " Partner");
    assertThat(exceeded(directory(MailRatesTest::recipients), ANNA, OWN, null))
        .isEqualTo(CONNECTOR_RECIPIENTS + " Own");
  }

  @Test
  void mail_between_organizations_is_counted_by_both_of_their_connectors() {
    Directory both = directory(only("From Contoso", MailRatesTest::messages));
    assertThat(exceeded(both, ANNA, OWN_TO_OTHERS, null))
        .isEqualTo(CONNECTOR_MESSAGES + " From Contoso");
    now += Rate.MINUTE_NANOS;
    assertThat(exceeded(directory(only("Own", MailRatesTest::messages)), ANNA, OWN_TO_OTHERS, null))
        .isEqualTo(CONNECTOR_MESSAGES + " Own");
    assertThat(exceeded(directory(c -> {}), ANNA, OWN_TO_ANONYMOUS, null)).isEmpty();
  }

  @Test
  void what_a_gateway_brings_is_counted_for_the_gateway_once() {
    Directory directory =
        directory(only("Gateway", c -> c.setMaxMessagesPerMinute(2).setMaxRecipientsPerMinute(2)));
    Gateway gateway = gateway(directory);
    assertThat(exceeded(directory, STRANGER, ANONYMOUS, gateway))
        .isEqualTo(CONNECTOR_MESSAGES + " Gateway");
    now += Rate.MINUTE_NANOS;
    InboundDecision.Accept byGateway = accept("contoso", "Gateway", CLIENT, "", null);
    assertThat(exceeded(directory, STRANGER, byGateway, gateway))
        .isEqualTo(CONNECTOR_MESSAGES + " Gateway");
  }

  @Test
  void a_sender_is_one_however_it_is_spelt() {
    Directory directory = directory(MailRatesTest::sender);
    assertThat(exceeded(directory, ANNA, OWN, null)).isEqualTo(SENDER + " Own");
    try (MailRates mail = mail(0, Address.parse("\"ANNA\"@Contoso.EXAMPLE"))) {
      Refusal refusal = Objects.requireNonNull(take(mail, directory, OWN));
      assertThat(refusal.sender()).isEqualTo("anna@contoso.example");
      assertThat(refusal.reply().text())
          .doesNotContain("anna")
          .contains("[192.0.2.1]: 2 recipients");
      assertThat(refusal.organization()).isEqualTo("contoso");
      assertThat(refusal.explanation().getSteps(0).getSubject())
          .isEqualTo("inbound connector contoso/Own");
      assertThat(refusal.explanation().getSteps(0).getCondition())
          .isEqualTo("maxRecipientsPerMinutePerSender");
      assertThat(refusal.explanation().getSteps(0).getDetail())
          .startsWith("2 recipients of anna@contoso.example");
    }
  }

  @Test
  void others_have_their_own_and_foreign_senders_and_the_null_reverse_path_have_none() {
    Directory directory = directory(MailRatesTest::sender);
    assertThat(exceeded(directory, ANNA, OWN, null)).isEqualTo(SENDER + " Own");
    assertThat(exceeded(directory, Address.parse("ben@contoso.example"), OWN, null))
        .isEqualTo(SENDER + " Own");
    assertThat(exceeded(directory, STRANGER, OWN, null)).isEmpty();
    assertThat(exceeded(directory, Address.parse("a@fabrikam.example"), OWN, null)).isEmpty();
    assertThat(exceeded(directory, null, OWN, null)).isEmpty();
    assertThat(exceeded(directory, ANNA, BY_ADDRESS, null)).isEmpty();
  }

  @Test
  void a_message_counts_once_and_each_recipient_once() {
    Directory directory = directory(c -> c.setMaxMessagesPerMinute(1).setMaxRecipientsPerMinute(3));
    try (MailRates mail = mail(0, ANNA)) {
      for (int recipient = 0; recipient < 3; recipient++) {
        assertThat(take(mail, directory, OWN)).isNull();
      }
      assertThat(enhanced(take(mail, directory, OWN))).isEqualTo(CONNECTOR_RECIPIENTS);
      mail.accepted();
    }
    try (MailRates next = mail(0, ANNA)) {
      assertThat(enhanced(take(next, directory, OWN))).isEqualTo(CONNECTOR_MESSAGES);
    }
  }

  @Test
  void mail_that_is_not_accepted_counts_while_it_is_under_way_alone() {
    Directory directory = directory(c -> c.setMaxMessagesPerMinute(2).setMaxRecipientsPerMinute(2));
    for (int i = 0; i < 100; i++) {
      try (MailRates one = mail(0, ANNA);
          MailRates two = mail(0, ANNA);
          MailRates three = mail(0, ANNA)) {
        assertThat(take(one, directory, OWN)).isNull();
        assertThat(take(two, directory, OWN)).isNull();
        assertThat(take(three, directory, OWN)).isNotNull();
      }
    }
  }

  @Test
  void a_recipient_that_a_later_check_refuses_gives_back_what_it_took_and_the_message() {
    Directory directory = directory(c -> c.setMaxMessagesPerMinute(1).setMaxRecipientsPerMinute(2));
    Candidate candidate = candidate(directory, OWN, null);
    try (MailRates mail = mail(0, ANNA);
        MailRates other = mail(0, ANNA)) {
      assertThat(mail.check(candidate)).isEqualTo(RecipientCheck.ACCEPTED);
      assertThat(enhanced(take(other, directory, OWN))).isEqualTo(CONNECTOR_MESSAGES);
      mail.giveBack(candidate);
      mail.giveBack(candidate); // twice is once
      assertThat(take(mail, directory, OWN)).isNull();
      mail.accepted();
    }
    now += Rate.MINUTE_NANOS / 2; // half of the recipients, and none of the message
    assertThat(enhanced(afterOne(directory(MailRatesTest::recipients)))).isEqualTo("");
  }

  private @Nullable Refusal afterOne(Directory directory) {
    try (MailRates next = mail(0, ANNA)) {
      assertThat(take(next, directory, OWN)).isNull();
      return take(next, directory, OWN);
    }
  }

  @Test
  void the_recipients_of_a_message_that_is_too_many_come_together_with_the_next_try() {
    Directory directory = directory(MailRatesTest::messages);
    exceeded(directory, ANNA, OWN, null);
    try (MailRates mail = mail(0, ANNA)) {
      assertThat(enhanced(take(mail, directory, OWN))).isEqualTo(CONNECTOR_MESSAGES);
      now += Rate.MINUTE_NANOS;
      assertThat(enhanced(take(mail, directory, OWN))).isEqualTo(CONNECTOR_MESSAGES);
    }
    try (MailRates next = mail(0, ANNA)) {
      assertThat(take(next, directory, OWN)).isNull();
    }
  }

  @Test
  void a_change_of_the_directory_counts_for_the_next_recipient() {
    try (MailRates mail = mail(0, ANNA)) {
      assertThat(take(mail, directory(c -> {}), OWN)).isNull();
      Directory one = directory(c -> c.setMaxRecipientsPerMinute(1));
      assertThat(take(mail, one, OWN)).isNull();
      assertThat(enhanced(take(mail, one, OWN))).isEqualTo(CONNECTOR_RECIPIENTS);
      assertThat(take(mail, directory(c -> c.setMaxRecipientsPerMinute(1_000)), OWN)).isNotNull();
      now += Rate.MINUTE_NANOS / 1_000;
      assertThat(take(mail, directory(c -> c.setMaxRecipientsPerMinute(1_000)), OWN)).isNull();
      assertThat(take(mail, directory(c -> {}), OWN)).isNull();
    }
  }

  private static @Nullable Refusal take(
      MailRates mail, Directory directory, InboundDecision.Accept accept) {
    return take(mail, directory, accept, null);
  }

  private static @Nullable Refusal take(
      MailRates mail,
      Directory directory,
      InboundDecision.Accept accept,
      @Nullable Gateway gateway) {
    return mail.check(candidate(directory, accept, gateway))
            instanceof RecipientCheck.Refused(Refusal refusal)
        ? refusal
        : null;
  }

  private static Candidate candidate(
      Directory directory, InboundDecision.Accept accept, @Nullable Gateway gateway) {
    Candidate candidate =
        new Candidate(
            directory, Recipient.of(Address.parse("ben@fabrikam.example"), List.of(), ""));
    candidate.accepted(accept, gateway);
    return candidate;
  }

  private static String enhanced(@Nullable Refusal refusal) {
    return refusal == null ? "" : String.valueOf(refusal.reply().enhanced());
  }
}
