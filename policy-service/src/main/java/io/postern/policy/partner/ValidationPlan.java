package io.postern.policy.partner;

import com.google.protobuf.ByteString;
import io.postern.api.ProblemException;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.ProbeMail;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbedHop;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.hops.NextHopApprovals;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import io.postern.smtp.Address;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The request of a validation of one outbound connector: the next hops and requirements to which
 * the rules would send mail, so that the validation cannot differ from a delivery. A connector that
 * is off, or only reports, is validated as if it were in force. Pure; one use.
 */
final class ValidationPlan {
  static final Duration LONGEST = Duration.ofMinutes(3);
  private static final int MOST = 10;
  // Mail to a domain outside takes the way of a connector for "*"; nobody has this one (RFC 6761).
  private static final String OUTSIDE = "postern-validation.invalid";

  private final Directory directory;
  private final OutboundConnector connector;
  private final ValidationRequest asked;

  /**
   * @param before the directory in force
   * @param connector stored or a draft
   */
  ValidationPlan(Directory before, OutboundConnector connector, ValidationRequest asked) {
    OutboundConnector on =
        connector.toBuilder().setEnabled(true).setMode(ConnectorMode.ENFORCE).build();
    this.directory =
        before.with(List.of(DirectoryObject.newBuilder().setOutboundConnector(on).build()));
    this.connector = connector;
    this.asked = asked;
  }

  /** SHA-256 of a connector without approvals: another definition has another one. */
  static ByteString digest(OutboundConnector connector) {
    DirectoryObject written =
        NextHopApprovals.without(
            DirectoryObject.newBuilder().setOutboundConnector(connector).build());
    return ByteString.copyFrom(Fingerprints.sha256(written.getOutboundConnector().toByteArray()));
  }

  /**
   * @param kept the result is kept as the connector's last validation
   * @throws ProblemException 400: domains, recipients or sender do not fit the connector
   */
  ProbeRequest request(String by, boolean kept) {
    long now = System.currentTimeMillis();
    ProbeRequest.Builder request =
        ProbeRequest.newBuilder()
            .setProbeId(UUID.randomUUID().toString())
            .setOrganization(connector.getOrganization())
            .setConnector(connector.getName())
            .setConnectorDigest(digest(connector))
            .setKept(kept)
            .setAnyAddress(true) // but for the hosts that no operator approved
            .setBy(by)
            .addAllHops(hops())
            .setAskedAtMillis(now)
            .setDeadlineMillis(now + LONGEST.toMillis());
    if (!asked.recipientList().isEmpty()) {
      request.setMail(mail());
    }
    return request.build();
  }

  private List<ProbedHop> hops() {
    Map<String, List<String>> recipients = recipients();
    Set<String> domains = new LinkedHashSet<>(recipients.keySet());
    for (String domain : asked.domainList()) {
      String ascii = DomainNames.aLabels(domain);
      if (ascii == null || !DomainNames.isDomain(ascii)) {
        throw ProblemException.badRequest(
            "/domains",
            "\"" + domain + "\" is not a valid domain",
            "write domains such as example.com");
      }
      domains.add(ascii);
    }
    if (domains.isEmpty()) {
      domains.addAll(ofConnector());
    }
    if (domains.isEmpty() || domains.size() > MOST) {
      throw ProblemException.badRequest(
          "/domains",
          domains.isEmpty()
              ? "the connector uses MX for domains that it does not name"
              : "more than " + MOST + " domains",
          "write domains, or recipients, of at most " + MOST + " partners");
    }
    List<ProbedHop> hops = new ArrayList<>();
    for (String domain : domains) {
      hops.add(hop(domain).addAllRecipients(recipients.getOrDefault(domain, List.of())).build());
    }
    return merged(hops);
  }

  private ProbedHop.Builder hop(String domain) {
    OutboundMail mail = OutboundMail.to(connector.getOrganization(), Direction.ORIGINATING, domain);
    OutboundDecision decision =
        connector.getIsTransportRuleScoped()
            ? OutboundRules.through(directory, connector, mail)
            : OutboundRules.decide(directory, mail);
    if (decision instanceof OutboundDecision.Deliver deliver
        && deliver.connector().equals(connector.getName())) {
      return ProbedHop.newBuilder()
          .setRecipientDomain(domain)
          .setNextHop(deliver.nextHop())
          .setRequirement(deliver.requirement());
    }
    throw ProblemException.badRequest(
        "/domains",
        "mail to "
            + domain
            + " does not use this connector: "
            + decision.explanation().getSummary(),
        "write domains of the connector's recipientDomains that no other connector matches");
  }

  /** Smart hosts are the same for each domain. */
  private static List<ProbedHop> merged(List<ProbedHop> hops) {
    Map<Object, ProbedHop.Builder> merged = new LinkedHashMap<>();
    for (ProbedHop hop : hops) {
      merged
          .computeIfAbsent(
              List.of(hop.getNextHop(), hop.getRequirement()),
              same -> hop.toBuilder().clearRecipients())
          .addAllRecipients(hop.getRecipientsList());
    }
    return merged.values().stream().map(ProbedHop.Builder::build).toList();
  }

  private List<String> ofConnector() {
    Set<String> domains = new LinkedHashSet<>();
    for (String pattern : connector.getRecipientDomainsList()) {
      if (!pattern.startsWith("*")) {
        domains.add(DomainNames.normal(pattern));
      } else if (!connector.getUseMxRecord()) {
        domains.add(pattern.equals("*") ? OUTSIDE : DomainNames.normal(pattern.substring(2)));
      }
    }
    if (domains.isEmpty() && connector.getRouteAllMessagesViaOnPremises()) {
      domains.add(OUTSIDE);
    }
    if (domains.isEmpty() && connector.getAllAcceptedDomains()) {
      accepted().stream().limit(1).forEach(domains::add);
    }
    return domains.stream().limit(MOST).toList();
  }

  private Map<String, List<String>> recipients() {
    if (asked.recipientList().size() > MOST) {
      throw ProblemException.badRequest("/recipients", "more than " + MOST, "write fewer");
    }
    Map<String, List<String>> byDomain = new LinkedHashMap<>();
    for (String recipient : asked.recipientList()) {
      byDomain
          .computeIfAbsent(
              address("/recipients", recipient).asciiDomain(), domain -> new ArrayList<>())
          .add(recipient);
    }
    return byDomain;
  }

  private static Address address(String pointer, String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
          pointer, String.valueOf(e.getMessage()), "write an address such as anna@example.com");
    }
  }

  private List<String> accepted() {
    return directory.acceptedDomains(connector.getOrganization()).stream()
        .map(AcceptedDomain::getDomain)
        .toList();
  }

  private ProbeMail mail() {
    String sender = asked.sender();
    if (sender == null || sender.isEmpty()) {
      sender =
          accepted().stream()
              .findFirst()
              .map(domain -> "postmaster@" + domain)
              .orElseThrow(
                  () ->
                      ProblemException.badRequest(
                          "/sender",
                          "the organization has no accepted domain",
                          "add one before you send from it"));
    }
    if (!accepted().contains(address("/sender", sender).asciiDomain())) {
      throw ProblemException.badRequest(
          "/sender",
          sender + " is not in an accepted domain of the organization",
          "write an address of the organization");
    }
    return ProbeMail.newBuilder()
        .setReversePath(sender)
        .setContent(ByteString.copyFromUtf8(content(sender)))
        .build();
  }

  // RFC 5322 §3.6. An address that needs UTF-8 stands in the envelope alone.
  private static String content(String sender) {
    boolean ascii = sender.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    return String.join(
        "\r\n",
        "Date: "
            + DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.now()),
        "From: " + (ascii ? "<" + sender + ">" : "postmaster@localhost.invalid"),
        "To: undisclosed-recipients:;",
        "Message-ID: <" + UUID.randomUUID() + "@postern-validation.invalid>",
        "Subject: Validation of a mail connector",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "Auto-Submitted: auto-generated",
        "",
        "An administrator of the sender's domain is testing mail delivery to your domain.",
        "No reply is needed.",
        "");
  }
}
