package io.postern.rules;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RoutingRule;
import io.postern.names.DomainNames;
import io.postern.rules.address.HostName;
import io.postern.rules.recipients.RecipientList;
import io.postern.rules.recipients.RecipientLists;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One state of the whole directory, indexed for decisions. Immutable; any thread. The same objects
 * in any order make the same snapshot. It judges no object: {@code DirectoryRules} do, before a
 * change is written. It leaves out objects of a kind that this version does not know.
 */
public final class Directory {
  private static final Directory EMPTY = new Directory();

  private final long version;
  private final Map<String, Long> routingVersions;
  private final TreeMap<String, DirectoryObject> objects; // by key
  private final Map<String, Organization> organizations;
  private final Map<String, AcceptedDomain> acceptedDomains;
  private final Map<String, AnchorSet> anchorSets;
  private final Map<String, String> anchorSetVersions;
  private final Map<String, OrganizationIndex> indexes;
  private final CertificateIndex certificateNames = new CertificateIndex();
  private final Map<String, Integer> markers; // of removed objects, by organization
  private final RecipientLists recipientLists;
  private final boolean reports;
  private volatile @Nullable Directory enforced;
  private volatile @Nullable Map<String, List<AcceptedDomain>> domainsByOrganization;
  private volatile @Nullable Map<String, Set<String>> mailboxHosts;
  private volatile @Nullable Map<String, DirectorySize> sizes;

  private Directory() {
    version = -1;
    routingVersions = Map.of();
    objects = new TreeMap<>();
    organizations = Map.of();
    acceptedDomains = Map.of();
    anchorSets = Map.of();
    anchorSetVersions = Map.of();
    indexes = Map.of();
    markers = Map.of();
    recipientLists = RecipientLists.NONE;
    reports = false;
  }

  /**
   * The state before with these changes, removals included. It shares what they do not touch: the
   * indexes of other organizations above all.
   */
  private Directory(
      Directory before,
      Collection<DirectoryObject> changes,
      long version,
      Map<String, Long> routingVersions,
      Map<String, Integer> markers,
      RecipientLists recipientLists) {
    this.version = version;
    this.routingVersions = Map.copyOf(routingVersions);
    this.markers = Map.copyOf(markers);
    this.recipientLists = recipientLists;
    objects = new TreeMap<>(before.objects);
    organizations = new HashMap<>(before.organizations);
    acceptedDomains = new HashMap<>(before.acceptedDomains);
    anchorSets = new HashMap<>(before.anchorSets);
    anchorSetVersions = new HashMap<>(before.anchorSetVersions);
    indexes = new HashMap<>(before.indexes);
    Map<String, DirectorySize> known = before.sizes;
    Map<String, DirectorySize> counted = known == null ? null : new HashMap<>(known);
    Set<String> touched = new HashSet<>();
    for (DirectoryObject change : changes) {
      if (change.getObjectCase() == ObjectCase.OBJECT_NOT_SET) {
        continue;
      }
      String key = DirectoryKeys.key(change);
      DirectoryObject former = change.getRemoved() ? objects.remove(key) : objects.put(key, change);
      if (former != null) {
        forget(former);
        if (counted != null) {
          counted.computeIfPresent(
              DirectoryKeys.organizationOf(former), (_, size) -> size.minus(former));
        }
      }
      if (!change.getRemoved()) {
        take(change);
        if (counted != null) {
          count(change, counted);
        }
      }
      touched.add(DirectoryKeys.organizationOf(change));
    }
    sizes = counted;
    touched.forEach(this::makeIndex);
    if (changes.stream().noneMatch(DirectoryObject::hasAcceptedDomain)) {
      domainsByOrganization = before.domainsByOrganization;
      mailboxHosts = before.mailboxHosts;
    }
    reports = indexes.values().stream().anyMatch(OrganizationIndex::reports);
    indexCertificateNames();
  }

  private void take(DirectoryObject object) {
    switch (object.getObjectCase()) {
      case ORGANIZATION ->
          organizations.put(object.getOrganization().getId(), object.getOrganization());
      case ACCEPTED_DOMAIN ->
          acceptedDomains.put(object.getAcceptedDomain().getDomain(), object.getAcceptedDomain());
      case ANCHOR_SET -> {
        String id = anchorSetId(object);
        anchorSets.put(id, object.getAnchorSet());
        anchorSetVersions.put(id, Fingerprints.anchorSetVersion(object.getAnchorSet()));
      }
      case INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, ROUTING_RULE, OBJECT_NOT_SET -> {
        // connectors and rules are in the index of their organization
      }
    }
  }

  private void forget(DirectoryObject object) {
    switch (object.getObjectCase()) {
      case ORGANIZATION -> organizations.remove(object.getOrganization().getId());
      case ACCEPTED_DOMAIN -> acceptedDomains.remove(object.getAcceptedDomain().getDomain());
      case ANCHOR_SET -> {
        anchorSets.remove(anchorSetId(object));
        anchorSetVersions.remove(anchorSetId(object));
      }
      case INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, ROUTING_RULE, OBJECT_NOT_SET -> {
        // connectors and rules are in the index of their organization
      }
    }
  }

  private static String anchorSetId(DirectoryObject object) {
    return DirectoryKeys.anchorSetId(
        object.getAnchorSet().getOrganization(), object.getAnchorSet().getName());
  }

  /** Connectors of a removed organization are nobody's and decide nothing. */
  private void makeIndex(String organization) {
    if (!organizations.containsKey(organization)) {
      indexes.remove(organization);
      return;
    }
    List<InboundConnector> inbound =
        beginningWith(DirectoryKeys.inboundConnectors(organization))
            .map(DirectoryObject::getInboundConnector)
            .filter(connector -> connector.getOrganization().equals(organization))
            .toList();
    List<OutboundConnector> outbound =
        beginningWith(DirectoryKeys.outboundConnectors(organization))
            .map(DirectoryObject::getOutboundConnector)
            .filter(connector -> connector.getOrganization().equals(organization))
            .toList();
    List<RoutingRule> rules =
        beginningWith(DirectoryKeys.routingRules(organization))
            .map(DirectoryObject::getRoutingRule)
            .filter(rule -> rule.getOrganization().equals(organization))
            .toList();
    indexes.put(
        organization,
        indexes.getOrDefault(organization, OrganizationIndex.EMPTY).with(inbound, outbound, rules));
  }

  private Stream<DirectoryObject> beginningWith(String first) {
    return objects.subMap(first, first + Character.MAX_VALUE).values().stream();
  }

  /** The same with the connectors that only report as if they were in force. */
  private Directory(Directory reporting) {
    version = reporting.version;
    routingVersions = reporting.routingVersions;
    objects = reporting.objects;
    organizations = reporting.organizations;
    acceptedDomains = reporting.acceptedDomains;
    anchorSets = reporting.anchorSets;
    anchorSetVersions = reporting.anchorSetVersions;
    sizes = reporting.sizes;
    markers = reporting.markers;
    recipientLists = reporting.recipientLists;
    reports = false;
    indexes = new HashMap<>();
    reporting.indexes.forEach(
        (organization, index) ->
            indexes.put(organization, index.reports() ? index.enforced() : index));
    indexCertificateNames();
  }

  private void indexCertificateNames() {
    for (OrganizationIndex index : indexes.values()) {
      index.onPremisesByCertificate.forEach(certificateNames::add);
    }
  }

  /**
   * The directory with the connectors in report-only mode as if they were in force
   * (docs/guides/forced-tls-with-a-partner.md). Made once, when it is first asked for.
   *
   * @return null: no connector is in that mode
   */
  public @Nullable Directory enforced() {
    if (!reports) {
      return null;
    }
    Directory made = enforced;
    if (made == null) {
      synchronized (this) {
        made = enforced;
        if (made == null) {
          made = new Directory(this);
          enforced = made;
        }
      }
    }
    return made;
  }

  /**
   * @param objects the last state of each; removed ones are left out
   * @param version offset of the last command's last object
   * @param routingVersions by organization: version of its last change of a connector or accepted
   *     domain
   */
  public static Directory of(
      Collection<DirectoryObject> objects, long version, Map<String, Long> routingVersions) {
    return of(objects, version, routingVersions, RecipientLists.NONE);
  }

  /**
   * @param recipientLists of accepted domains
   */
  public static Directory of(
      Collection<DirectoryObject> objects,
      long version,
      Map<String, Long> routingVersions,
      RecipientLists recipientLists) {
    return new Directory(EMPTY, objects, version, routingVersions, Map.of(), recipientLists);
  }

  /**
   * The directory after another one, as its reader makes it.
   *
   * @param before null: there is none
   * @param changes removals included
   * @param markers by organization: how many markers of removed objects its topic has
   */
  public static Directory next(
      @Nullable Directory before,
      Collection<DirectoryObject> changes,
      long version,
      Map<String, Long> routingVersions,
      Map<String, Integer> markers) {
    return next(before, changes, version, routingVersions, markers, RecipientLists.NONE);
  }

  /** The same with the lists of accepted domains' recipients. */
  public static Directory next(
      @Nullable Directory before,
      Collection<DirectoryObject> changes,
      long version,
      Map<String, Long> routingVersions,
      Map<String, Integer> markers,
      RecipientLists recipientLists) {
    return new Directory(
        before == null ? EMPTY : before,
        changes,
        version,
        routingVersions,
        markers,
        recipientLists);
  }

  /** As it would be with these changes, removals included; of the same version. */
  public Directory with(Collection<DirectoryObject> changes) {
    return new Directory(this, changes, version, Map.of(), markers, recipientLists);
  }

  public Set<String> keysBeginningWith(String first) {
    return objects.subMap(first, first + Character.MAX_VALUE).keySet();
  }

  /** What an organization's objects and the markers of removed ones come to. */
  public DirectorySize size(String organization) {
    return sizes()
        .getOrDefault(organization, DirectorySize.NONE)
        .plusMarkers(markers(organization));
  }

  /** What all objects and markers come to. */
  public DirectorySize size() {
    return sizes().values().stream()
        .reduce(DirectorySize.NONE, DirectorySize::plus)
        .plusMarkers(markers.values().stream().mapToLong(Integer::longValue).sum());
  }

  /** Counted when they are first asked for, where quotas are; then kept by each change. */
  private Map<String, DirectorySize> sizes() {
    Map<String, DirectorySize> made = sizes;
    if (made == null) {
      Map<String, DirectorySize> counted = new HashMap<>();
      objects.values().forEach(object -> count(object, counted));
      made = counted;
      sizes = made; // two threads may make it, and make the same
    }
    return made;
  }

  private static void count(DirectoryObject object, Map<String, DirectorySize> sizes) {
    sizes.merge(
        DirectoryKeys.organizationOf(object), DirectorySize.NONE.plus(object), DirectorySize::plus);
  }

  /** How many markers of an organization's removed objects are in the topic. */
  public int markers(String organization) {
    return markers.getOrDefault(organization, 0);
  }

  public RecipientLists recipientLists() {
    return recipientLists;
  }

  /**
   * The domain's list, once a change of it has been complete; only one that the domain's own
   * organization made (G8).
   */
  public Optional<RecipientList> recipients(AcceptedDomain domain) {
    return recipientLists
        .list(domain.getDomain())
        .filter(
            list ->
                list.state().getUsable()
                    && list.state().getOrganization().equals(domain.getOrganization()));
  }

  /** Addresses in the lists of an organization's domains. */
  public long recipientAddresses(String organization) {
    return acceptedDomains(organization).stream()
        .flatMap(domain -> recipientLists.list(domain.getDomain()).stream())
        .mapToLong(RecipientList::size)
        .sum();
  }

  public long version() {
    return version;
  }

  /** -1 for an organization that never had a connector or accepted domain. */
  public long routingVersion(String organization) {
    return routingVersions.getOrDefault(organization, -1L);
  }

  /**
   * Of all that decides about an organization's mail to these domains: its own connectors and
   * domains, and those of the organizations whose accepted domains they are. The newest version.
   *
   * @param recipientDomains A-labels
   */
  public long routingVersion(String organization, Collection<String> recipientDomains) {
    return recipientDomains.stream()
        .flatMap(domain -> acceptedDomain(domain).stream())
        .mapToLong(domain -> routingVersion(domain.getOrganization()))
        .reduce(routingVersion(organization), Math::max);
  }

  public Optional<Organization> organization(String id) {
    return Optional.ofNullable(organizations.get(id));
  }

  /** Exactly this domain: subdomains are accepted domains of their own. */
  public Optional<AcceptedDomain> acceptedDomain(String aLabel) {
    return Optional.ofNullable(acceptedDomains.get(DomainNames.normal(aLabel)))
        .filter(domain -> organizations.containsKey(domain.getOrganization()));
  }

  /** Whether the domain is an accepted domain of this organization. */
  public boolean accepts(String organization, String aLabel) {
    return acceptedDomain(aLabel)
        .filter(domain -> domain.getOrganization().equals(organization))
        .isPresent();
  }

  /** The organization's accepted domains, by name. */
  public List<AcceptedDomain> acceptedDomains(String organization) {
    Map<String, List<AcceptedDomain>> made = domainsByOrganization;
    if (made == null) {
      made =
          new TreeMap<>(acceptedDomains)
              .values().stream().collect(Collectors.groupingBy(AcceptedDomain::getOrganization));
      domainsByOrganization = made; // two threads may make it, and make the same
    }
    return made.getOrDefault(organization, List.of());
  }

  /** Of the organizations, which are all that have one. */
  public Map<String, OrganizationIndex> indexes() {
    return Collections.unmodifiableMap(indexes);
  }

  /** By organization, the hosts of its accepted domains' mailbox routes, in one spelling. */
  public Map<String, Set<String>> mailboxHosts() {
    Map<String, Set<String>> made = mailboxHosts;
    if (made == null) {
      made = new HashMap<>();
      for (AcceptedDomain domain : acceptedDomains.values()) {
        Set<String> hosts = made.computeIfAbsent(domain.getOrganization(), id -> new HashSet<>());
        Stream.concat(
                Stream.of(domain.getMailboxHost()),
                domain.getFurtherMailboxRoutesList().stream().map(MailboxRoute::getHost))
            .map(NextHopHost::getHost)
            .filter(host -> !host.isEmpty())
            .map(HostName::normal)
            .forEach(hosts::add);
      }
      mailboxHosts = made; // two threads may make it, and make the same
    }
    return made;
  }

  /** In the order in which they are tried. */
  public List<RoutingRule> routingRules(String organization) {
    return index(organization).rules.stream().map(entry -> entry.rule).toList();
  }

  /** By name. */
  public List<InboundConnector> inboundConnectors(String organization) {
    return index(organization).inbound.stream().map(entry -> entry.connector).toList();
  }

  public Optional<InboundConnector> inboundConnector(String organization, String name) {
    return Optional.ofNullable(index(organization).inbound(name)).map(entry -> entry.connector);
  }

  /** By name. */
  public List<OutboundConnector> outboundConnectors(String organization) {
    return index(organization).outbound.stream().map(entry -> entry.connector).toList();
  }

  public Optional<AnchorSet> anchorSet(String organization, String name) {
    return Optional.ofNullable(anchorSets.get(DirectoryKeys.anchorSetId(organization, name)));
  }

  /**
   * The set that a verdict question names; empty for the default set, for a set that is gone, and
   * for one whose content is no longer that of the reference's version.
   */
  public Optional<AnchorSet> anchorSet(AnchorSetReference reference) {
    return reference.getVersion().equals(anchorSetVersions.get(reference.getId()))
        ? Optional.ofNullable(anchorSets.get(reference.getId()))
        : Optional.empty();
  }

  /** By key, without removed ones. */
  public List<DirectoryObject> objects() {
    return List.copyOf(objects.values());
  }

  public Optional<DirectoryObject> object(String key) {
    return Optional.ofNullable(objects.get(key));
  }

  public OrganizationIndex index(String organization) {
    return indexes.getOrDefault(organization, OrganizationIndex.EMPTY);
  }

  public CertificateIndex certificateNames() {
    return certificateNames;
  }

  /**
   * The reference to a connector's or accepted domain's anchors: a set of its own organization,
   * whichever organization the name may spell (G8), with its version; empty for the default set. A
   * set that is gone keeps its id and gets a version that no set has, so that no chain is good by
   * it.
   */
  public AnchorSetReference anchors(String organization, AnchorSetReference named) {
    if (named.getId().isEmpty()) {
      return AnchorSetReference.getDefaultInstance();
    }
    String name = named.getId().substring(named.getId().indexOf('/') + 1);
    String id = DirectoryKeys.anchorSetId(organization, name);
    return AnchorSetReference.newBuilder()
        .setId(id)
        .setVersion(anchorSetVersions.getOrDefault(id, "gone"))
        .build();
  }
}
