package io.postern.policy.explain;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.directory.DirectoryFile;
import io.postern.rules.Directory;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.again.ReportedDecisions;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.inbound.SenderTrust;
import io.postern.rules.recipients.RecipientLists;
import io.postern.rules.recipients.RecipientRecords;
import io.postern.smtp.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random directories of two organizations, and random mail with what ingress-service records of its
 * session: groups of the accepted recipients, and a refusal for each other one. The seed makes them
 * again.
 */
final class RandomMail {
  private static final List<String> NAMES =
      List.of("mail.p.example", "mail.contoso.com", "*.contoso.com", "mail.fabrikam.com");
  private static final List<String> RANGES =
      List.of("192.0.2.0/24", "192.0.2.1", "198.51.100.1", "2001:db8::/64");
  private static final List<String> PATTERNS =
      List.of("p.example", "\"*.p.example\"", "a.p.example", "\"*\"", "q.example");
  private static final List<String> DOMAINS =
      List.of("contoso.com", "fabrikam.com", "p.example", "a.p.example", "q.example");
  private static final List<String> LOCAL_PARTS = List.of("anna", "ben+x", "nobody", "postmaster");

  private final Random random;
  private final Map<ByteString, PresentedChain> chains = new HashMap<>();
  private final RecipientLists lists;
  private int names;

  /** A recipient that was refused, and its record. */
  record Refused(Address recipient, MessageRefused record) {}

  /**
   * @param facts by which the session decided
   * @param accepted with no recipient: each was refused
   */
  record Mail(
      Directory directory,
      String file,
      InboundFacts facts,
      MessageAccepted accepted,
      List<Refused> refused) {
    List<Address> recipients() {
      return accepted.getEnvelope().getRecipientsList().stream()
          .map(recipient -> Address.parse(recipient.getAddress()))
          .toList();
    }
  }

  RandomMail(long seed) {
    random = new Random(seed);
    lists = lists();
  }

  /** Contoso's list knows anna and ben. */
  private static RecipientLists lists() {
    RecipientRecords records = new RecipientRecords();
    try {
      for (String localPart : List.of("anna", "ben")) {
        int number = RecipientKeys.shardOfAddress(localPart);
        records.take(
            RecipientKeys.shard("contoso.com", number),
            RecipientShard.newBuilder()
                .setDomain("contoso.com")
                .setShard(number)
                .addLocalParts(localPart)
                .build()
                .toByteArray());
      }
      records.take(
          "contoso.com",
          RecipientListState.newBuilder()
              .setDomain("contoso.com")
              .setOrganization("contoso")
              .setListId("1")
              .setUsable(true)
              .setComplete(true)
              .build()
              .toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return records.lists();
  }

  RecordedFacts.Chains chains() {
    return new RecordedFacts.Chains() {
      @Override
      public @Nullable PresentedChain of(ByteString fingerprint) {
        return chains.get(fingerprint);
      }

      @Override
      public List<String> names(List<byte[]> chain) {
        return RandomMail.names(chain);
      }
    };
  }

  /** The name that the random leaf is for. */
  private static List<String> names(List<byte[]> chain) {
    return chain.isEmpty() ? List.of() : List.of(new String(chain.getFirst(), UTF_8));
  }

  /** A question has always the same answer. */
  static CertificateVerdict verdict(VerdictQuestion question) {
    return switch (Math.floorMod(question.key().hashCode(), 4)) {
      case 0 ->
          CertificateVerdict.newBuilder()
              .setResult(VerdictResult.BAD)
              .setReason(VerdictReason.REVOKED)
              .build();
      default -> CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
    };
  }

  /** The same connectors and rules, all of them in force. */
  Directory enforced(Mail mail) {
    return directory(mail.file().replace("mode: reportOnly", "mode: enforce"));
  }

  private Directory directory(String file) {
    return Directory.of(DirectoryFile.parse(file.getBytes(UTF_8)).objects(), 7, Map.of(), lists);
  }

  Mail next() {
    String file = "organizations:\n" + organization("contoso") + organization("fabrikam");
    Directory directory = directory(file);
    InboundFacts facts = facts();
    MessageAccepted.Builder accepted =
        MessageAccepted.newBuilder()
            .setQueueId(QueueId.next(0).value())
            .setSession(session(facts))
            .setAcceptedMillis(1)
            .setHeaderBlock(
                ByteString.copyFromUtf8(one(3) ? "X-Signature: true\r\n\r\n" : "To: x\r\n\r\n"))
            .setHeaderBlockCut(one(8));
    String reversePath = facts.mailFromDomain() == null ? "" : "info@" + facts.mailFromDomain();
    accepted
        .getEnvelopeBuilder()
        .setReversePath(reversePath)
        .setRequireTls(one(5) ? RequireTls.REQUIRE_TLS_YES : RequireTls.REQUIRE_TLS_UNSPECIFIED);
    List<Refused> refused = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Address recipient = Address.parse(pick(LOCAL_PARTS) + i + "@" + pick(DOMAINS));
      if (one(2)) {
        recipient = Address.parse(pick(LOCAL_PARTS) + "@" + recipient.domain());
      }
      String address = recipient.toString();
      if (accepted.getEnvelope().getRecipientsList().stream()
          .anyMatch(taken -> taken.getAddress().equals(address))) {
        continue;
      }
      boolean returns = one(12);
      switch (inSession(directory, facts, recipient, returns)) {
        case InboundDecision.Accept accept -> {
          int index = accepted.getEnvelope().getRecipientsCount();
          accepted
              .getEnvelopeBuilder()
              .addRecipients(
                  EnvelopeRecipient.newBuilder()
                      .setAddress(address)
                      .setReturnsTo(returns ? "back@" + pick(DOMAINS) : ""));
          accepted.addGroups(group(accept).addRecipients(index));
        }
        case InboundDecision.Refuse refuse ->
            refused.add(new Refused(recipient, record(facts, reversePath, recipient, refuse)));
        case InboundDecision.VerdictNeeded needed -> throw new AssertionError(needed);
      }
    }
    return new Mail(directory, file, facts, accepted.build(), refused);
  }

  /**
   * As Attribution and MailCommands of ingress-service decide.
   *
   * @param returns the recipient is a rewritten sender
   */
  private static InboundDecision inSession(
      Directory directory, InboundFacts facts, Address recipient, boolean returns) {
    String domain = recipient.asciiDomain();
    InboundDecision decision = InboundRules.decide(directory, facts, domain, RandomMail::verdict);
    ReportedDecisions reported =
        ReportedDecisions.of(directory, facts, domain, decision, RandomMail::verdict);
    return switch (decision) {
      case InboundDecision.Accept accept ->
          returns
              ? accept.reporting(reported.own(), reported.incoming())
              : RecipientRules.decide(
                  directory,
                  accept.reporting(reported.own(), reported.incoming()),
                  recipient.localPart(),
                  domain);
      case InboundDecision.Refuse refuse -> refuse.reporting(reported.own());
      case InboundDecision.VerdictNeeded needed -> needed;
    };
  }

  private static RecipientGroup.Builder group(InboundDecision.Accept accept) {
    RecipientGroup.Builder group =
        RecipientGroup.newBuilder()
            .setOrganization(accept.organization())
            .setConnector(accept.connector())
            .setDirection(accept.direction())
            .setExplanation(accept.explanation())
            .setByAddress(accept.byAddress())
            .setRelaysOnly(accept.trust() == SenderTrust.RELAYS_ONLY)
            .setRewriteSender(accept.rewriteSender())
            .setVerdict(accept.verdict())
            .setVerdictKey(ByteString.copyFrom(accept.verdictKey()));
    if (accept.incoming() != null) {
      group.setIncoming(group(accept.incoming()));
    }
    if (accept.reported() != null) {
      group.setReported(accept.reported());
    }
    return group;
  }

  private MessageRefused record(
      InboundFacts facts, String reversePath, Address recipient, InboundDecision.Refuse refuse) {
    return MessageRefused.newBuilder()
        .setSession(session(facts))
        .setReversePath(reversePath)
        .setRecipient(recipient.toString())
        .setCode(refuse.code())
        .setEnhancedCode(refuse.enhanced())
        .setText(refuse.text())
        .setRule(refuse.rule())
        .setOrganization(refuse.organization())
        .setConnector(refuse.connector())
        .setVerdict(refuse.verdict())
        .setExplanation(refuse.explanation())
        .setReference("0Z7K-31QF")
        .setCount(1)
        .build();
  }

  private SessionFacts session(InboundFacts facts) {
    SessionFacts.Builder session =
        SessionFacts.newBuilder().setClientIp(facts.clientIp()).setTls(facts.tls());
    if (!facts.chain().isEmpty()) {
      ByteString fingerprint = ByteString.copyFrom(Fingerprints.chain(facts.chain()));
      session.getTlsFactsBuilder().setPeerChainFingerprint(fingerprint);
      PresentedChain.Builder chain = PresentedChain.newBuilder().setFingerprint(fingerprint);
      facts.chain().forEach(der -> chain.addCertificates(ByteString.copyFrom(der)));
      chains.putIfAbsent(fingerprint, chain.build());
    }
    return session.build();
  }

  private InboundFacts facts() {
    boolean tls = !one(3);
    List<byte[]> chain =
        tls && !one(3) ? List.of(pick(NAMES).replace("*", "x").getBytes(UTF_8)) : List.of();
    return new InboundFacts(
        pick(List.of("192.0.2.1", "192.0.2.200", "198.51.100.1", "2001:db8::1")),
        tls,
        chain,
        new byte[0],
        names(chain),
        one(6) ? null : pick(DOMAINS));
  }

  private String organization(String id) {
    StringBuilder file =
        new StringBuilder("- id: " + id + "\n  rejectDirectSend: " + one(4))
            .append("\n  acceptedDomains:\n  - domain: ")
            .append(id)
            .append(".com\n    mailboxRoute: { host: mailbox.example }\n")
            .append(
                one(2) && id.equals("contoso") || one(9) ? "    recipientValidation: list\n" : "")
            .append("  inboundConnectors:\n");
    for (int i = random.nextInt(3); i >= 0; i--) {
      file.append(one(2) ? partnerIn() : onPremisesIn());
    }
    file.append("  outboundConnectors:\n");
    for (int i = random.nextInt(3); i >= 0; i--) {
      file.append(out("recipientDomains: [" + pick(PATTERNS) + "]"));
    }
    file.append(out("isTransportRuleScoped: true\n    comment: scoped"));
    return file.append("  routingRules:\n")
        .append("  - name: Rule\n    fromScope: inOrganization\n    outboundConnector: connector ")
        .append(names - 1)
        .append(
            one(2) ? "\n    headerField: X-Signature\n" : "\n    exceptHeaderField: X-Signature\n")
        .append(one(4) ? "    enabled: false\n" : one(3) ? "    mode: reportOnly\n" : "")
        .toString();
  }

  private String named(String type) {
    return "  - name: connector "
        + names++
        + "\n    connectorType: "
        + type
        + "\n    mode: "
        + (one(4) ? "reportOnly" : "enforce")
        + "\n    enabled: "
        + !one(8)
        + "\n";
  }

  private String partnerIn() {
    return named("partner")
        + "    senderDomains: ["
        + pick(PATTERNS)
        + "]\n    requireTls: "
        + one(3)
        + "\n    blocked: "
        + one(12)
        + "\n"
        + switch (random.nextInt(4)) {
          case 0 ->
              "    restrictDomainsToCertificate: true\n    tlsSenderCertificateName: "
                  + quoted(pick(NAMES));
          case 1 ->
              "    restrictDomainsToIPAddresses: true\n    senderIPAddresses: ["
                  + quoted(pick(RANGES))
                  + "]";
          case 2 -> "    tlsSenderCertificateName: " + quoted(pick(NAMES));
          default -> "    comment: none";
        }
        + "\n";
  }

  private String onPremisesIn() {
    return named("onPremises")
        + (one(2)
            ? "    tlsSenderCertificateName: " + quoted(pick(NAMES))
            : "    senderIPAddresses: [" + quoted(pick(RANGES)) + "]")
        + "\n";
  }

  private String out(String scope) {
    return named(one(3) ? "onPremises" : "partner")
        + "    "
        + scope
        + "\n    "
        + (one(2) ? "useMXRecord: true" : "smartHosts: [smart.example]")
        + "\n    tlsSettings: "
        + pick(List.of("opportunistic", "encryptionOnly", "certificateValidation"))
        + "\n    requireForwardSecrecy: "
        + one(2)
        + "\n";
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
