package io.postern.console;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * The log of any number of messages, as services write it: accepted, decided, delivered or
 * deferred; few domains have most of the mail, and most domains have little. One domain in ten has
 * connectors in report-only mode. Of one seed always the same.
 */
public final class ManyMessages {
  public static final int PARTITIONS = 4;
  private static final Owner OWNER = new Owner(1, 1, 1);

  private final Random random;
  private final long[] accepted = new long[PARTITIONS];
  private final long[] decisions = new long[PARTITIONS];
  private final long[] outcomes = new long[PARTITIONS];
  private long refusals;

  public ManyMessages(long seed) {
    random = new Random(seed);
  }

  /** The records of the next message, in their order. */
  public List<ConsumerRecord<String, byte @Nullable []>> next(long at) {
    List<ConsumerRecord<String, byte @Nullable []>> records = new ArrayList<>(3);
    int home = random.nextInt(PARTITIONS);
    QueueId id = QueueId.of(home, at, random.nextLong(1L << 45));
    boolean incoming = random.nextInt(3) == 0;
    String ours = "user" + skewed(2_000) + "@contoso.example";
    String theirs = "info" + skewed(50) + "@d" + skewed(20_000) + ".example";
    String to = incoming ? ours : theirs;
    String organization = random.nextInt(200) == 0 ? "tailspin" : "contoso";
    long source = accepted[home]++;
    records.add(
        record(
            Topics.MAIL_ACCEPTED,
            home,
            source,
            at,
            id,
            accepted(id, incoming, incoming ? theirs : ours, to, organization)));
    String domain = to.substring(to.indexOf('@') + 1);
    records.add(
        record(
            Topics.MAIL_DELIVERIES,
            home,
            decisions[home]++,
            at + 5,
            id,
            decision(id, source, to, domain, organization, incoming)));
    records.add(
        record(
            Topics.MAIL_OUTCOMES,
            home,
            outcomes[home]++,
            at + 60,
            id,
            outcome(id, domain, organization, incoming)));
    return records;
  }

  /** The next refusal. */
  public ConsumerRecord<String, byte @Nullable []> refusal(long at) {
    String ip = "198.51." + skewed(200) + "." + skewed(250);
    long number = refusals++;
    MessageRefused.Builder refused = MessageRefused.newBuilder();
    if (number % 40 == 0) {
      refused.setReported(
          ReportedDecision.newBuilder()
              .setOrganization("contoso")
              .setConnector("New server " + number / 40 % 5)
              .setAccepted(true));
    }
    return record(
        Topics.MAIL_REFUSALS,
        0,
        number,
        at,
        null,
        refused
            .setReference("%04d-%04d".formatted(number / 10_000 % 10_000, number % 10_000))
            .setReversePath("x" + skewed(500) + "@s" + skewed(5_000) + ".example")
            .setRecipient("user" + skewed(2_000) + "@contoso.example")
            .setOrganization("contoso")
            .setConnector(random.nextInt(10) == 0 ? "From partner " + skewed(50) : "")
            .setRule(random.nextInt(4) == 0 ? "requireTls" : "recipient")
            .setCode(550)
            .setText("5.7.10 TLS is required")
            .setSession(SessionFacts.newBuilder().setClientIp(ip))
            .build());
  }

  /** 0 to n - 1, small numbers often. */
  private int skewed(int n) {
    double r = random.nextDouble();
    return (int) (Math.pow(n, r) - 1);
  }

  private MessageAccepted accepted(
      QueueId id, boolean incoming, String from, String to, String organization) {
    int tls = random.nextInt(20);
    SessionFacts.Builder session =
        SessionFacts.newBuilder()
            .setClientIp("192.0." + skewed(100) + "." + skewed(250))
            .setClientPort(40_000)
            .setGreeting("mail.contoso.example")
            .setProtocol(tls == 0 ? "ESMTP" : "ESMTPS")
            .setServerName("mx.postern.example")
            .setListener("smtp")
            .setTls(tls > 0);
    if (tls > 0) {
      session.setTlsFacts(
          TlsFacts.newBuilder()
              .setVersion(tls < 3 ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3)
              .setCipherSuite("TLS_AES_128_GCM_SHA256")
              .setGroup("X25519MLKEM768")
              .setForwardSecrecy(true)
              .setPeerChainFingerprint(hash(from))
              .setOwnFingerprint(hash("own"))
              .addPeerNames("mail.contoso.example")
              .setPeerSubject("CN=mail.contoso.example,O=Contoso Ltd")
              .setPeerVerifiesEcdsa(true)
              .setPeerVerifiesRsa(true));
    }
    RecipientGroup.Builder group =
        RecipientGroup.newBuilder()
            .addRecipients(0)
            .setOrganization(organization)
            .setConnector(incoming ? "" : "From our own server")
            .setDirection(incoming ? Direction.INCOMING : Direction.ORIGINATING)
            .setVerdict("good")
            .setVerdictKey(hash("verdict" + from))
            .setExplanation(explanation(organization, "contoso.example"));
    String partner = from.substring(from.indexOf('@') + 1);
    if (incoming && isReported(partner)) {
      group.setReported(reported(organization, partner, id));
    }
    return MessageAccepted.newBuilder()
        .setQueueId(id.value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath(from)
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress(to)))
        .addGroups(group)
        .setSession(session)
        .setAcceptedMillis(id.createdMillis())
        .addAllContent(content(id, to))
        .setMessageId("<" + id + "@contoso.example>")
        .setHeaderBlock(ByteString.copyFrom(new byte[300]))
        .setSize(10_000)
        .build();
  }

  private static List<ContentSegment> content(QueueId id, String to) {
    String received =
        "Received: from mail.contoso.example ([192.0.2.1])\r\n\tby mx.postern.example (Postern)"
            + " with ESMTPS\r\n\t(version=TLSv1.3 cipher=TLS_AES_128_GCM_SHA256 group=x25519)\r\n\tid "
            + id
            + "\r\n\tfor <"
            + to
            + ">;\r\n\tThu, 3 Dec 2026 01:08:11 +0000\r\n";
    return List.of(
        ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8(received)).build(),
        ContentSegment.newBuilder()
            .setReference(
                ContentReference.newBuilder()
                    .setTopic(Topics.MAIL_CONTENT)
                    .setPartition(id.partition())
                    .setFirstOffset(id.createdMillis() % 1_000_000)
                    .setLastOffset(id.createdMillis() % 1_000_000)
                    .setSize(10_000)
                    .setSha256(hash(id.value()))
                    .setQueueId(id.value()))
            .build());
  }

  private static boolean isReported(String domain) {
    return Math.floorMod(domain.hashCode(), 10) == 0;
  }

  private static ReportedDecision reported(String organization, String partner, QueueId id) {
    boolean refused = id.value().hashCode() % 20 == 0;
    return ReportedDecision.newBuilder()
        .setOrganization(organization)
        .setConnector("From partner " + Math.floorMod(partner.hashCode(), 50))
        .setAccepted(!refused)
        .setCode(refused ? 550 : 0)
        .setRule(refused ? "requireTls" : "")
        .build();
  }

  private static Explanation explanation(String organization, String name) {
    String connector = "inbound connector " + organization + "/From our own server";
    return Explanation.newBuilder()
        .setSummary("Originating: " + connector + " by the client's certificate")
        .addSteps(
            step(
                connector,
                "tlsSenderCertificateName",
                "mail." + name + " matches the certificate's name mail." + name))
        .addSteps(
            step(
                "accepted domain " + name,
                "acceptedDomain",
                "the certificate's name mail." + name + " is of this domain"))
        .addSteps(step(connector, "verdict", "the certificate chain is good"))
        .setOrganization(organization)
        .build();
  }

  private static Explanation routing(String organization, String connector, String domain) {
    String subject = "outbound connector " + organization + "/" + connector;
    return Explanation.newBuilder()
        .setSummary(domain + ": " + subject + ", TLS certificate-validation")
        .addSteps(step(subject, "recipientDomains", "it names exactly " + domain))
        .addSteps(
            step(
                "outbound connector " + organization + "/To Fabrikam",
                "recipientDomains",
                "it is for fabrikam.example, not " + domain))
        .setOrganization(organization)
        .build();
  }

  private static ExplanationStep step(String subject, String condition, String detail) {
    return ExplanationStep.newBuilder()
        .setSubject(subject)
        .setMatched(true)
        .setCondition(condition)
        .setDetail(detail)
        .build();
  }

  /** 32 octets that nothing compresses: the same for the same seed. */
  private static ByteString hash(String seed) {
    byte[] hash = new byte[32];
    new Random(seed.hashCode()).nextBytes(hash);
    return ByteString.copyFrom(hash);
  }

  private static String connector(String domain, boolean incoming) {
    return incoming ? "" : "To partner " + Math.floorMod(domain.hashCode(), 50);
  }

  private static Decision decision(
      QueueId id, long source, String to, String domain, String organization, boolean incoming) {
    return Decision.newBuilder()
        .setSource(DecisionSource.SOURCE_ACCEPTED)
        .setSourceOffset(source)
        .setPrevious(source - 1)
        .setQueueId(id.value())
        .setAttempt(1)
        .addDeliveries(
            DeliveryRequested.newBuilder()
                .setDeliveryId(id + "/1/0")
                .setQueueId(id.value())
                .setAttempt(1)
                .addRecipients(0)
                .setEnvelope(
                    Envelope.newBuilder()
                        .addRecipients(EnvelopeRecipient.newBuilder().setAddress(to)))
                .setOrganization(organization)
                .setConnector(connector(domain, incoming))
                .setNextHop(NextHop.newBuilder().setRoute(domain).setMxDomain(domain))
                .setRequirement(TlsRequirement.newBuilder().setLevel(TlsLevel.OPPORTUNISTIC))
                .addAllContent(content(id, to))
                .setSize(10_000)
                .setAcceptedMillis(id.createdMillis())
                .setExpiresMillis(id.createdMillis() + 86_400_000)
                .setRoutingVersion(5)
                .setDirectoryVersion(5)
                .setExplanation(routing(organization, connector(domain, incoming), domain)))
        .build();
  }

  private OutcomeRecorded outcome(
      QueueId id, String domain, String organization, boolean incoming) {
    int luck = random.nextInt(100);
    boolean delivered = luck < 96;
    String reason = delivered ? "" : luck < 98 ? "host-unreachable" : "revoked" + skewed(20);
    OutcomeRecorded.Builder outcome = OutcomeRecorded.newBuilder();
    if (!incoming && isReported(domain)) {
      outcome
          .setReportedConnector(connector(domain, false))
          .setReportedToken(
              id.value().hashCode() % 20 == 0
                  ? "domain-validation/name-mismatch"
                  : "domain-validation:domain-validation");
    }
    return outcome
        .setQueueId(id.value())
        .setDeliveryId(id + "/1/0")
        .setAttempt(1)
        .setOwner(OWNER.message())
        .setOrganization(organization)
        .setConnector(connector(domain, incoming))
        .setRoute(domain)
        .setHost("mx." + domain)
        .setAddress("203.0.113.9:25")
        .setToken(delivered ? "opportunistic:encryption-only" : "certificate-validation/" + reason)
        .setTlsFacts(
            TlsFacts.newBuilder()
                .setVersion(TlsVersion.TLS_1_3)
                .setCipherSuite("TLS_AES_128_GCM_SHA256")
                .setGroup("X25519MLKEM768")
                .setForwardSecrecy(true)
                .setPeerChainFingerprint(hash("mx." + domain))
                .addPeerNames("mx." + domain)
                .setPeerSubject("CN=mx." + domain)
                .setServerName("mx." + domain))
        .setVerdict("good")
        .addRecipients(
            RecipientOutcome.newBuilder()
                .setRecipient(0)
                .setKind(delivered ? OutcomeKind.DELIVERED : OutcomeKind.DEFERRED)
                .setReason(reason)
                .setReply(
                    RemoteReply.newBuilder()
                        .setCode(250)
                        .setEnhancedCode("2.0.0")
                        .setText("Ok: queued as 4XyZ1234")))
        .build();
  }

  private static ConsumerRecord<String, byte @Nullable []> record(
      String topic, int partition, long offset, long at, @Nullable QueueId id, MessageLite value) {
    byte[] bytes = value.toByteArray();
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        at,
        TimestampType.LOG_APPEND_TIME,
        id == null ? -1 : id.value().length(),
        bytes.length,
        id == null ? null : id.value(),
        bytes,
        new RecordHeaders(),
        Optional.empty());
  }
}
