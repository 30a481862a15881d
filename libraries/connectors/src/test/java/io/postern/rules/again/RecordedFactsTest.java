package io.postern.rules.again;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.RulePropertiesTest;
import io.postern.rules.Sample;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.gateway.TrueSource;
import io.postern.rules.gateway.TrueSourceWalk;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** docs/decisions/0051: a session is decided by its record as it was decided itself. */
class RecordedFactsTest {
  private static final int SESSIONS = 10_000;
  private static final List<String> RECIPIENTS =
      List.of("contoso.com", "fabrikam.com", "outside.example");

  private final RulePropertiesTest random = new RulePropertiesTest();
  private final Random local = new Random(51);
  private final Map<ByteString, PresentedChain> log = new HashMap<>();

  /** A chain whose leaf is its names. */
  private static InboundFacts session(InboundFacts facts) {
    if (facts.certificateNames().isEmpty()) {
      return facts;
    }
    byte[] leaf = String.join(" ", facts.certificateNames()).getBytes(StandardCharsets.UTF_8);
    return new InboundFacts(
        facts.clientIp(),
        facts.tls(),
        List.of(leaf, new byte[] {1, 2}),
        facts.stapledOcsp(),
        facts.certificateNames(),
        facts.mailFromDomain());
  }

  private final RecordedFacts.Chains chains =
      new RecordedFacts.Chains() {
        @Override
        public @Nullable PresentedChain of(ByteString fingerprint) {
          return log.get(fingerprint);
        }

        @Override
        public List<String> names(List<byte[]> chain) {
          return RecordedFactsTest.names(chain);
        }
      };

  private static List<String> names(List<byte[]> chain) {
    return chain.isEmpty()
        ? List.of()
        : List.of(new String(chain.getFirst(), StandardCharsets.UTF_8).split(" ", -1));
  }

  /** The record's session, and the chain's record. */
  private SessionFacts recorded(InboundFacts facts) {
    SessionFacts.Builder session =
        SessionFacts.newBuilder().setClientIp(facts.clientIp()).setTls(facts.tls());
    if (facts.tls() && !facts.chain().isEmpty()) {
      ByteString fingerprint = ByteString.copyFrom(Fingerprints.chain(facts.chain()));
      session.getTlsFactsBuilder().setPeerChainFingerprint(fingerprint);
      PresentedChain.Builder chain =
          PresentedChain.newBuilder().setStapledOcsp(ByteString.copyFrom(facts.stapledOcsp()));
      facts.chain().forEach(c -> chain.addCertificates(ByteString.copyFrom(c)));
      log.put(fingerprint, chain.build());
    }
    return session.build();
  }

  private static String sender(InboundFacts facts) {
    return facts.mailFromDomain() == null ? "" : "someone@" + facts.mailFromDomain();
  }

  private record Decided(String decision, List<VerdictKey> asked) {}

  private static Decided decide(
      Directory directory,
      InboundFacts facts,
      String recipient,
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict) {
    List<VerdictKey> asked = new ArrayList<>();
    InboundDecision decision =
        InboundRules.decide(
            directory,
            facts,
            recipient,
            question -> {
              asked.add(question.key());
              return verdict.apply(question);
            });
    return new Decided(RulePropertiesTest.text(decision), asked);
  }

  @Test
  void tenThousandSessionsAreDecidedByTheirRecordsAsInTheSession() {
    int judged = 0;
    for (int i = 0; i < SESSIONS; i++) {
      List<DirectoryObject> objects = random.contoso();
      objects.addAll(random.fabrikam());
      Directory directory = Directory.of(objects, 1, Map.of());
      InboundFacts facts = session(random.facts());
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict = random.verdict();
      String recipient = RECIPIENTS.get(local.nextInt(RECIPIENTS.size()));
      Decided inSession = decide(directory, facts, recipient, verdict);
      judged += inSession.asked().isEmpty() ? 0 : 1;

      MessageAccepted accepted =
          MessageAccepted.newBuilder()
              .setSession(recorded(facts))
              .setEnvelope(
                  Envelope.newBuilder()
                      .setReversePath(sender(facts))
                      .addRecipients(
                          EnvelopeRecipient.newBuilder().setAddress("\"a@b\"@" + recipient)))
              .build();
      RecordedFacts message = RecordedFacts.of(accepted, chains);
      assertThat(message).isNotNull();
      assertThat(message.complete()).isTrue();
      assertThat(message.recipients()).containsExactly("\"a@b\"@" + recipient);
      assertThat(decide(directory, message.facts(), recipient, verdict)).isEqualTo(inSession);

      MessageRefused refused =
          MessageRefused.newBuilder()
              .setSession(recorded(facts))
              .setReversePath(sender(facts))
              .setRecipient("a@" + recipient)
              .build();
      assertThat(RecordedFacts.of(refused, chains))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.complete()).isTrue();
                assertThat(decide(directory, one.facts(), recipient, verdict)).isEqualTo(inSession);
              });

      MessageRefused counted =
          MessageRefused.newBuilder()
              .setSession(SessionFacts.newBuilder().setClientIp(facts.clientIp()))
              .setCount(7)
              .addVariants(
                  RefusedVariant.newBuilder()
                      .setSenderDomain(facts.mailFromDomain() == null ? "" : facts.mailFromDomain())
                      .setRecipientDomain(recipient)
                      .setTls(facts.tls())
                      .setChainFingerprint(
                          refused.getSession().getTlsFacts().getPeerChainFingerprint())
                      .setCount(5))
              .build();
      assertThat(RecordedFacts.of(counted, chains))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.count()).isEqualTo(5);
                assertThat(decide(directory, one.facts(), recipient, verdict)).isEqualTo(inSession);
              });
    }
    assertThat(judged).as("sessions with a verdict").isGreaterThan(300);
  }

  private static final List<String> CLIENTS = List.of("192.0.2.1", "192.0.2.200", "2001:db8::1");
  private static final List<String> HOSTS =
      List.of("192.0.2.9", "10.0.0.1", "198.51.100.1", "192.0.2.200", "unreadable");
  private static final List<String> USERS = List.of("anna@contoso.com", "ben@contoso.com");

  /** A connector that says that some of the clients are gateways. */
  private DirectoryObject gateway(String name) {
    return Sample.partnerIn(
        "contoso",
        name,
        c -> {
          c.addSenderDomains(local.nextInt(3) == 0 ? "p.example" : "*")
              .setRestrictDomainsToIpAddresses(local.nextBoolean());
          if (local.nextInt(4) == 0) {
            c.setTlsSenderCertificateName("mail.p.example");
          } else {
            c.addSenderIpAddresses("192.0.2.0/24");
          }
          if (local.nextBoolean()) {
            c.setEfSkipLastIp(true);
          } else {
            c.addEfSkipIps("192.0.2.0/28");
          }
          if (local.nextInt(3) == 0) {
            c.addEfUsers(USERS.get(local.nextInt(USERS.size())));
          }
        });
  }

  private String header() {
    StringBuilder header = new StringBuilder();
    for (int i = local.nextInt(4); i > 0; i--) {
      header
          .append("Received: from m.example (unknown [")
          .append(HOSTS.get(local.nextInt(HOSTS.size())))
          .append("]) by x; date\r\n");
    }
    return header + "Subject: s\r\n\r\n";
  }

  /**
   * Mail to one or two recipients in a session as {@code MailSource} of ingress-service decides it:
   * at RCPT, then by the header section. Null: refused at RCPT, or a verdict is missing.
   */
  private static @Nullable InboundFacts inSession(
      Directory directory,
      InboundFacts client,
      List<String> recipients,
      String header,
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict) {
    Gateway gateway = null;
    boolean awaiting = false;
    boolean allInScope = true;
    for (int i = 0; i < recipients.size(); i++) {
      String recipient = recipients.get(i);
      String domain = recipient.substring(recipient.indexOf('@') + 1);
      GatewayRules.Answer answer = GatewayRules.find(directory, client, domain, verdict);
      if (answer instanceof GatewayRules.Answer.Question) {
        return null; // ingress asks, and has an answer
      }
      Gateway through = answer instanceof GatewayRules.Answer.Through(Gateway its) ? its : null;
      boolean byConnection =
          InboundRules.decide(directory, client, domain, verdict) instanceof InboundDecision.Accept;
      if (byConnection
          ? awaiting
          : through == null || !through.isFor(recipient) || i > 0 && !awaiting) {
        return null;
      }
      if (!byConnection
          && !(through != null
              && InboundRules.decide(
                      directory, client.from(new TrueSource.Awaited(through)), domain, verdict)
                  instanceof InboundDecision.Accept)) {
        return null;
      }
      awaiting = !byConnection;
      allInScope &= through != null && through.isFor(recipient);
      gateway =
          i == 0 || gateway != null && through != null && gateway.isSameAs(through)
              ? through
              : null;
    }
    return gateway != null && allInScope
        ? client.from(
            TrueSourceWalk.walk(
                gateway, client.clientIp(), header.getBytes(StandardCharsets.UTF_8), false))
        : client;
  }

  @Test
  void tenThousandMailsThroughGatewaysAreDecidedByTheirRecordsAsInTheSession() {
    int bySource = 0;
    for (int i = 0; i < SESSIONS; i++) {
      List<DirectoryObject> objects = random.contoso();
      objects.addAll(random.fabrikam());
      objects.add(gateway("A gateway"));
      objects.add(gateway("B gateway"));
      Directory directory = Directory.of(objects, 1, Map.of());
      InboundFacts some = session(random.facts());
      InboundFacts facts =
          new InboundFacts(
              CLIENTS.get(local.nextInt(CLIENTS.size())),
              some.tls(),
              some.chain(),
              some.stapledOcsp(),
              some.certificateNames(),
              some.mailFromDomain());
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdict = random.verdict();
      List<String> recipients =
          local.nextBoolean() ? USERS : List.of(USERS.get(0), "carl@fabrikam.com");
      recipients = recipients.subList(0, 1 + local.nextInt(2));
      String header = header();
      InboundFacts decidedBy = inSession(directory, facts, recipients, header, verdict);
      if (decidedBy == null) {
        continue;
      }
      bySource += decidedBy.trueSource() == null ? 0 : 1;
      MessageAccepted.Builder accepted =
          MessageAccepted.newBuilder()
              .setSession(recorded(facts))
              .setHeaderBlock(ByteString.copyFromUtf8(header));
      accepted.getEnvelopeBuilder().setReversePath(sender(facts));
      recipients.forEach(
          r ->
              accepted
                  .getEnvelopeBuilder()
                  .addRecipients(EnvelopeRecipient.newBuilder().setAddress(r)));
      RecordedFacts message = RecordedFacts.of(accepted.build(), chains);
      assertThat(message).isNotNull();
      assertThat(message.complete()).isTrue();
      for (String recipient : recipients) {
        String domain = recipient.substring(recipient.indexOf('@') + 1);
        assertThat(
                new MailDecision(directory, message, verdict)
                    .in(recipient)
                    .map(MailDecision.In::decision))
            .map(RulePropertiesTest::text)
            .hasValue(
                RulePropertiesTest.text(
                    InboundRules.decide(directory, decidedBy, domain, verdict)));
      }
    }
    assertThat(bySource).as("mails that their source decided").isGreaterThan(500);
  }

  @Test
  void aRefusalThatOnlyTheHeaderCouldDecideIsNotGuessed() {
    Directory directory =
        Directory.of(
            List.of(
                Sample.organization("contoso"),
                Sample.domain("contoso", "contoso.com"),
                Sample.partnerIn(
                    "contoso",
                    "Filter",
                    c ->
                        c.addSenderDomains("*")
                            .setRestrictDomainsToIpAddresses(true)
                            .addSenderIpAddresses("192.0.2.1")
                            .setEfSkipLastIp(true)
                            .addEfUsers("anna@contoso.com")),
                Sample.partnerIn(
                    "contoso",
                    "Partner",
                    c ->
                        c.addSenderDomains("p.example")
                            .setRestrictDomainsToIpAddresses(true)
                            .addSenderIpAddresses("198.51.100.1"))),
            1,
            Map.of());
    MessageRefused.Builder refused =
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.1"))
            .setReversePath("a@p.example");
    RecordedFacts anna =
        RecordedFacts.of(refused.setRecipient("anna@contoso.com").build(), f -> null).getFirst();
    assertThat(
            new MailDecision(directory, anna, q -> null)
                .in("anna@contoso.com")
                .map(MailDecision.In::decision))
        .isEmpty();
    RecordedFacts ben =
        RecordedFacts.of(refused.setRecipient("ben@contoso.com").build(), f -> null).getFirst();
    assertThat(
            new MailDecision(directory, ben, q -> null)
                .in("ben@contoso.com")
                .map(MailDecision.In::decision))
        .as("efUsers does not name him")
        .get()
        .isInstanceOf(InboundDecision.Refuse.class);
    assertThat(
            new MailDecision(directory, ben, q -> null)
                .in("contoso.com")
                .map(MailDecision.In::decision))
        .as("of a count: whose it was is not known")
        .isEmpty();
    // What this directory's connection lets in, a source that counts may be refused for.
    RecordedFacts other =
        RecordedFacts.of(
                refused.setReversePath("a@other.example").setRecipient("anna@contoso.com").build(),
                f -> null)
            .getFirst();
    assertThat(
            new MailDecision(directory, other, q -> null)
                .in("anna@contoso.com")
                .map(MailDecision.In::decision))
        .isEmpty();
    assertThat(
            new MailDecision(directory, other, q -> null)
                .in("ben@contoso.com")
                .map(MailDecision.In::decision))
        .as("efUsers does not name him")
        .get()
        .isInstanceOf(InboundDecision.Accept.class);
  }

  @Test
  void aChainThatIsNotThereIsSaid() {
    SessionFacts.Builder session = SessionFacts.newBuilder().setClientIp("192.0.2.1").setTls(true);
    session.getTlsFactsBuilder().setPeerChainFingerprint(ByteString.copyFromUtf8("gone"));
    MessageRefused refused =
        MessageRefused.newBuilder().setSession(session).setRecipient("a@contoso.com").build();
    assertThat(RecordedFacts.of(refused, fingerprint -> null))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.complete()).isFalse();
              assertThat(one.missing()).contains("chain");
              assertThat(one.facts().certificateNames()).isEmpty();
            });
  }

  @Test
  void whatNobodyDecidedHasNoFacts() {
    assertThat(RecordedFacts.of(MessageAccepted.getDefaultInstance(), f -> null))
        .as("a notification of ours")
        .isNull();
    MessageRefused connection =
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.1"))
            .build();
    assertThat(RecordedFacts.of(connection, f -> null)).isEmpty();
    MessageRefused beyond = MessageRefused.newBuilder().setRecipient("a@contoso.com").build();
    assertThat(RecordedFacts.of(beyond, f -> null)).isEmpty();
  }

  @Test
  void domainsAreThoseOfTheSession() {
    assertThat(DomainNames.ofAddress("a@Contoso.COM")).isEqualTo("contoso.com");
    assertThat(DomainNames.ofAddress("a@blå.example")).isEqualTo("xn--bl-zia.example");
    assertThat(DomainNames.ofAddress("a@[IPv6:2001:DB8::1]")).isEqualTo("[ipv6:2001:db8::1]");
    assertThat(DomainNames.ofAddress("postmaster")).isNull();
    assertThat(DomainNames.ofAddress("")).isNull();
  }
}
