package io.postern.rules.outbound;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OrganizationFields;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.fields.TlsDemand;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.MailboxRoutes;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.OutboundEntry;
import io.postern.rules.OutboundMail;
import io.postern.rules.RecordedHeader;
import io.postern.rules.RoutingEntry;
import io.postern.rules.Trail;
import io.postern.rules.address.AddressList;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.SenderTrust;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The decision about one recipient's next hop and TLS (docs/design/connectors.md, "Choice of a
 * connector"). A pure function; any thread. Only connectors of the message's organization count
 * (G8), and of equals the first by name wins.
 *
 * <ol>
 *   <li>A routing rule of the organization whose conditions hold ({@link RoutingEntry}): its
 *       connector. The others take no mail of a connector with isTransportRuleScoped.
 *   <li>To an accepted domain of the same organization: the mailbox route or the on-premises
 *       connector that the domain's list of recipients says ({@link RecipientRoute}); else an
 *       on-premises connector by exact domain, allAcceptedDomains, longest wildcard (never "*",
 *       which means the outside); else the domain's mailbox route. Partner connectors never catch
 *       it.
 *   <li>From the organization to another one's accepted domain: the connector that would take it to
 *       the outside, else the other's mailbox route, or the route that its list says for the
 *       recipient.
 *   <li>From the organization to the outside: routeAllMessagesViaOnPremises, exact domain, longest
 *       wildcard, "*"; else MX with opportunistic TLS. What the own server brought by its
 *       certificate has been there: no connector with routeAllMessagesViaOnPremises takes it back.
 *   <li>Else the domain has left the organization since the message was accepted: held, since
 *       delivery would be relay for strangers.
 * </ol>
 *
 * Mail to any accepted domain goes at least over TLS with forward secrecy (S4).
 */
public final class OutboundRules {
  private final Directory directory;
  private final OutboundMail mail;
  private final String organization;
  private final String localPart;
  private final String recipientDomain;
  private final RequireTls requireTls;
  private final int firstRule;
  private final Trail trail;
  private @Nullable OutboundEntry chosen;
  private @Nullable RoutingEntry routedBy;

  public OutboundRules(Directory directory, OutboundMail mail) {
    this(directory, mail, 0);
  }

  /**
   * @param firstRule the routing rules before it do not count
   */
  private OutboundRules(Directory directory, OutboundMail mail, int firstRule) {
    this.directory = directory;
    this.mail = mail;
    this.organization = mail.organization();
    this.localPart = mail.localPart();
    this.recipientDomain = DomainNames.normal(mail.recipientDomain());
    this.requireTls = mail.requireTls();
    this.firstRule = firstRule;
    this.trail = new Trail(organization);
  }

  public static OutboundDecision decide(Directory directory, OutboundMail mail) {
    return new OutboundRules(directory, mail).decide();
  }

  /**
   * Where the mail goes by this connector of its organization, whatever would take it: for a
   * validation of one that only rules give mail to.
   */
  public static OutboundDecision through(
      Directory directory, OutboundConnector connector, OutboundMail mail) {
    return new OutboundRules(directory, mail)
        .byConnector(
            new OutboundEntry(connector),
            directory.acceptedDomain(mail.recipientDomain()).isPresent());
  }

  /**
   * The mail to a recipient as it is recorded.
   *
   * @param recipient of the message
   * @param group its group
   * @param localPart of the address to which the mail goes: behind a rewritten one the sender's
   * @param recipientDomain of the same, A-label
   * @param header the message's
   */
  public static OutboundMail mail(
      MessageAccepted message,
      EnvelopeRecipient recipient,
      RecipientGroup group,
      String localPart,
      String recipientDomain,
      RecordedHeader header) {
    OutboundMail mail =
        new OutboundMail(
            group.getOrganization(),
            group.getDirection(),
            message.getEnvelope().getReversePath(),
            localPart,
            recipientDomain,
            message.getEnvelope().getRequireTls(),
            provenServer(
                group.getDirection(),
                group.getConnector(),
                group.getByAddress(),
                group.getVerdict(),
                group.getRelaysOnly()),
            header);
    return recipient.getReturnsTo().isEmpty() ? mail : mail.returned();
  }

  /**
   * Whether the organization's own server brought the mail and proved itself by its certificate. A
   * service that may only relay proves nothing that its other customers do not.
   *
   * @param connector that let the mail in; empty: none
   * @param byAddress empty: the connector does not go by address
   * @param verdict on the client's chain
   * @param relaysOnly {@link SenderTrust#RELAYS_ONLY}
   */
  static boolean provenServer(
      Direction direction, String connector, String byAddress, String verdict, boolean relaysOnly) {
    return direction == Direction.ORIGINATING
        && !connector.isEmpty()
        && byAddress.isEmpty()
        && verdict.equals("good")
        && !relaysOnly;
  }

  /** The same of a decision. */
  public static boolean provenServer(InboundDecision.Accept accept) {
    return provenServer(
        accept.direction(),
        accept.connector(),
        accept.byAddress(),
        accept.verdict(),
        accept.trust() == SenderTrust.RELAYS_ONLY);
  }

  public OutboundDecision decide() {
    Direction direction = mail.direction();
    if (directory.organization(organization).isEmpty()) {
      return hold(
          Reasons.UNDECIDABLE, "the organization " + organization + " is not in the directory");
    }
    if (direction != Direction.ORIGINATING && direction != Direction.INCOMING) {
      return hold(Reasons.UNDECIDABLE, "this version does not know the message's direction");
    }
    if (recipientDomain.isEmpty() || recipientDomain.startsWith("[")) {
      // RFC 5321 §4.1.3 lets a host refuse address literals.
      return new OutboundDecision.Fail(
          550,
          "5.1.2",
          "Mail to an address literal is not relayed, use a domain name",
          Reasons.NO_MAIL_HOST,
          trail.summary("Failed: the recipient has no domain name"));
    }
    Optional<AcceptedDomain> accepted = directory.acceptedDomain(recipientDomain);
    boolean own = accepted.isPresent() && accepted.get().getOrganization().equals(organization);
    if (own) {
      trail.matched(domainSubject(), "acceptedDomain", "it belongs to " + organization);
    } else if (direction == Direction.INCOMING) {
      trail.failed(domainSubject(), "acceptedDomain", "it no longer belongs to " + organization);
      return hold(
          Reasons.NO_ROUTE,
          recipientDomain + " is not an accepted domain of " + organization + " any longer");
    }
    OutboundDecision routed = byRules(own, accepted.isPresent());
    if (routed != null) {
      return routed;
    }
    return own
        ? toOwn(accepted.get())
        : accepted.isPresent() ? toOther(accepted.get()) : toOutside();
  }

  /**
   * The first routing rule whose conditions hold. Where a header field is not in the recorded part,
   * both ways are decided, and the stricter one is taken.
   *
   * @return null: no rule gives the mail to a connector
   */
  private @Nullable OutboundDecision byRules(boolean own, boolean betweenAcceptedDomains) {
    OrganizationIndex index = directory.index(organization);
    if (!mail.byRules() || index.rules.isEmpty()) {
      return null;
    }
    AddressList.Address sender = AddressList.Address.of(mail.reversePath());
    AddressList.Address recipient = AddressList.Address.of(localPart + "@" + recipientDomain);
    for (int i = firstRule; i < index.rules.size(); i++) {
      RoutingEntry rule = index.rules.get(i);
      OutboundEntry entry = index.outbound(rule.rule.getOutboundConnector());
      if (!rule.inForce() || entry != null && entry.reportsOnly()) {
        continue;
      }
      RoutingEntry.Answer answer = rule.of(mail, sender, recipient, own);
      switch (answer.holds()) {
        case NO -> trail.failed(rule.subject, answer.condition(), answer.why());
        case NOT_READABLE -> {
          return hold(Reasons.UNDECIDABLE, rule.subject + ": " + answer.why());
        }
        case YES -> {
          trail.matched(rule.subject, answer.condition(), answer.why());
          return byRule(rule, entry, own, betweenAcceptedDomains);
        }
        case NOT_RECORDED -> {
          trail.matched(rule.subject, answer.condition(), answer.why());
          OutboundRules otherwise = new OutboundRules(directory, mail, i + 1);
          OutboundDecision other = otherwise.decide();
          OutboundDecision routed = byRule(rule, entry, own, betweenAcceptedDomains);
          if (isStricter(other, routed)) {
            chosen = otherwise.chosen;
            routedBy = otherwise.routedBy;
            return other;
          }
          return routed;
        }
      }
    }
    return null;
  }

  /** It demands more in some respect, and less in none. */
  private static boolean isStricter(OutboundDecision decision, OutboundDecision than) {
    return decision instanceof OutboundDecision.Deliver one
        && than instanceof OutboundDecision.Deliver other
        && RequirementComparison.looserRespect(other.requirement(), one.requirement()).isEmpty()
        && RequirementComparison.looserRespect(one.requirement(), other.requirement()).isPresent();
  }

  private OutboundDecision byRule(
      RoutingEntry rule,
      @Nullable OutboundEntry entry,
      boolean own,
      boolean betweenAcceptedDomains) {
    routedBy = rule;
    if (entry == null || !entry.inForce()) {
      return hold(
          Reasons.NO_ROUTE,
          rule.subject
              + " gives the mail to the outbound connector "
              + rule.rule.getOutboundConnector()
              + ", which is not enabled");
    }
    if (own && entry.connector.getUseMxRecord()) {
      return ownByMx(entry);
    }
    chosen = entry;
    trail.matched(entry.subject, "isTransportRuleScoped", rule.subject + " gives it the mail");
    return byConnector(entry, betweenAcceptedDomains);
  }

  private OutboundDecision ownByMx(OutboundEntry entry) {
    return hold(
        Reasons.NO_ROUTE,
        entry.subject + " uses MX, and the MX of an own accepted domain may point back here");
  }

  /** The rule that gave the mail to its connector; null: none. */
  public @Nullable RoutingEntry routedBy() {
    return routedBy;
  }

  /** The connector of the mail's organization that takes the mail; null: none. */
  @Nullable OutboundEntry chosen() {
    return chosen;
  }

  /** Of the mail's organization. */
  OutboundConditions conditions() {
    boolean own = directory.accepts(organization, recipientDomain);
    return new OutboundConditions(recipientDomain, own, mail.provenServer() && !own);
  }

  private @Nullable OutboundEntry taken(OutboundChoice choice) {
    choice.addTo(trail);
    chosen = choice.entry();
    return chosen;
  }

  private OutboundDecision toOwn(AcceptedDomain domain) {
    RecipientRoute route = route(domain);
    if (route.kind() == RecipientRoute.Kind.MAILBOX) {
      return toMailbox(domain, route.name());
    }
    if (route.kind() == RecipientRoute.Kind.NOT_KNOWN) {
      return hold(Reasons.NO_ROUTE, recipientDomain + ": " + route.why());
    }
    OutboundChoice choice = OutboundChoice.own(directory.index(organization), recipientDomain);
    OutboundEntry entry = taken(choice);
    if (entry == null) {
      return route.kind() == RecipientRoute.Kind.DOMAIN
          ? toMailbox(domain, "")
          : hold(
              Reasons.NO_ROUTE,
              route.why() + ", and no on-premises connector takes mail to " + recipientDomain);
    }
    if (entry.connector.getUseMxRecord()) {
      return ownByMx(entry);
    }
    return byConnector(entry, true);
  }

  private OutboundDecision toOther(AcceptedDomain domain) {
    trail.matched(domainSubject(), "acceptedDomain", "it is served here for another organization");
    OutboundChoice choice =
        OutboundChoice.outside(directory.index(organization), recipientDomain, mail.provenServer());
    OutboundEntry entry = taken(choice);
    if (entry != null) {
      return byConnector(entry, true);
    }
    RecipientRoute route = route(domain);
    return switch (route.kind()) {
      case DOMAIN -> toMailbox(domain, "");
      case MAILBOX -> toMailbox(domain, route.name());
      case ON_PREMISES -> toServersOfOther(domain);
      case NOT_KNOWN -> noRouteToOther(); // its mailbox route is not for this recipient
    };
  }

  /**
   * As mail from outside goes to the recipient: by the connector of its organization, whose list
   * says so. To the sender's organization it is a route without a name (G8), and with it goes
   * nothing but the mail: no fields of the sender's organization, no rewriting.
   */
  private OutboundDecision toServersOfOther(AcceptedDomain domain) {
    OutboundEntry entry =
        OutboundChoice.own(directory.index(domain.getOrganization()), recipientDomain).entry();
    NextHop nextHop =
        entry == null || entry.connector.getUseMxRecord()
            ? null
            : NextHops.of(entry.connector, recipientDomain);
    if (entry == null || nextHop == null) {
      return noRouteToOther();
    }
    trail.matched(
        domainSubject(), "recipientRoute", "at least encryption-only with forward secrecy");
    return deliver(
        "",
        nextHop,
        Requirements.of(directory, entry.connector, nextHop, requireTls, true),
        OrganizationFields.ORGANIZATION_FIELDS_REMOVED,
        "its organization's route for the recipient");
  }

  private OutboundDecision noRouteToOther() {
    return hold(
        Reasons.NO_ROUTE,
        "the organization of "
            + recipientDomain
            + " has no route for mail to it from other "
            + "organizations");
  }

  private RecipientRoute route(AcceptedDomain domain) {
    RecipientRoute route = RecipientRoute.of(directory, domain, localPart);
    if (!route.why().isEmpty() && domain.getOrganization().equals(organization)) {
      trail.matched(domainSubject(), "recipientList", route.why());
    }
    return route;
  }

  private OutboundDecision toOutside() {
    OutboundChoice choice =
        OutboundChoice.outside(directory.index(organization), recipientDomain, mail.provenServer());
    OutboundEntry entry = taken(choice);
    if (entry != null) {
      return byConnector(entry, false);
    }
    NextHop nextHop = NextHops.mx(recipientDomain);
    return deliver(
        "",
        nextHop,
        Requirements.opportunistic(requireTls),
        OrganizationFields.ORGANIZATION_FIELDS_REMOVED,
        "no connector, by MX");
  }

  private OutboundDecision byConnector(OutboundEntry entry, boolean betweenAcceptedDomains) {
    NextHop nextHop = NextHops.of(entry.connector, recipientDomain);
    if (nextHop == null) {
      return hold(
          Reasons.UNDECIDABLE, entry.subject + " must have either smartHosts or useMXRecord");
    }
    if (betweenAcceptedDomains) {
      trail.matched(
          domainSubject(),
          "forwardSecrecy",
          "between accepted domains: at least encryption-only with forward secrecy");
    }
    TlsRequirement requirement =
        Requirements.of(directory, entry.connector, nextHop, requireTls, betweenAcceptedDomains);
    OrganizationFields fields =
        entry.onPremises() && entry.connector.getCloudServicesMailEnabled() && !isAnothers()
            ? OrganizationFields.ORGANIZATION_FIELDS_CROSS_PREMISES
            : OrganizationFields.ORGANIZATION_FIELDS_REMOVED;
    return deliver(entry.name(), nextHop, requirement, fields, entry.subject);
  }

  /** Its organization would take the sender's word of who is internal for its own (G8). */
  private boolean isAnothers() {
    return directory
        .acceptedDomain(recipientDomain)
        .filter(domain -> !domain.getOrganization().equals(organization))
        .isPresent();
  }

  /**
   * @param name of a further mailbox route; empty: the domain's own
   */
  private OutboundDecision toMailbox(AcceptedDomain domain, String name) {
    Optional<MailboxRoute> route = MailboxRoutes.named(domain, name);
    NextHop nextHop = route.map(NextHops::mailbox).orElse(null);
    String which = name.isEmpty() ? "mailbox route" : "mailbox route " + name;
    if (route.isEmpty() || nextHop == null) {
      trail.failed(domainSubject(), "mailboxRoute", "the accepted domain has no " + which);
      return hold(Reasons.NO_ROUTE, recipientDomain + " has no " + which);
    }
    trail.matched(domainSubject(), "mailboxRoute", "at least encryption-only with forward secrecy");
    TlsRequirement requirement =
        Requirements.of(directory, domain.getOrganization(), route.get(), requireTls);
    // Only the organization's own mailboxes are within the premises that the fields speak of (G8).
    OrganizationFields fields =
        domain.getOrganization().equals(organization)
            ? OrganizationFields.ORGANIZATION_FIELDS_UNSPECIFIED
            : OrganizationFields.ORGANIZATION_FIELDS_REMOVED;
    return deliver("", nextHop, requirement, fields, "the domain's " + which);
  }

  private OutboundDecision deliver(
      String connector,
      NextHop nextHop,
      @Nullable TlsRequirement requirement,
      OrganizationFields fields,
      String how) {
    if (requirement == null) {
      return hold(
          Reasons.UNDECIDABLE, how + ": its TLS settings are incomplete or from a newer version");
    }
    if (requireTls == RequireTls.REQUIRE_TLS_YES) {
      trail.matched(
          "message",
          "REQUIRETLS",
          "RFC 8689: the host's certificate must be valid and carry its name");
    } else if (requireTls == RequireTls.TLS_REQUIRED_NO) {
      trail.failed(
          "message",
          "TLS-Required",
          "\"no\" does not weaken a requirement that an " + "administrator set");
    }
    String level = Spelling.of(requirement.getLevel());
    String name = requirement.getTlsDomain();
    return new OutboundDecision.Deliver(
        connector,
        nextHop,
        requirement,
        fields,
        trail.summary(
            recipientDomain
                + ": "
                + how
                + ", TLS "
                + level
                + (name.isEmpty() ? "" : " of " + name)
                + TlsDemand.flagWords(requirement)
                    .map(words -> " with " + words)
                    .collect(Collectors.joining())));
  }

  private OutboundDecision hold(String reason, String why) {
    return new OutboundDecision.Hold(reason, trail.summary("Held: " + why));
  }

  private String domainSubject() {
    return "accepted domain " + recipientDomain;
  }
}
