package io.postern.rules.hops;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.MailPorts;
import io.postern.contracts.PublicAddress;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.address.IpAddress;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which values need an operator's approval. It knows which organizations name each host that it was
 * made for. Immutable once made; any thread.
 */
public final class Needs {
  // Names that no public DNS has (RFC 6761, 6762, 8375; ICANN reserved the fourth).
  private static final List<String> INSIDE = List.of("localhost", "local", "home.arpa", "internal");

  private final Directory directory;
  private final Map<String, Set<String>> namedBy = new HashMap<>();
  private final Map<String, Set<String>> routeOf = new HashMap<>();

  private Needs(Directory directory) {
    this.directory = directory;
  }

  /** For all hosts of the directory. */
  public static Needs ofAll(Directory directory) {
    Needs needs = new Needs(directory);
    directory
        .indexes()
        .forEach((id, index) -> index.hosts().forEach((h, r) -> needs.add(id, h, r)));
    directory.mailboxHosts().forEach((id, hosts) -> hosts.forEach(h -> needs.add(id, h, true)));
    return needs;
  }

  /** For the hosts of changes that are to come. */
  static Needs of(Directory before, Collection<DirectoryObject> changes) {
    Needs needs = new Needs(before);
    Set<String> asked = new HashSet<>();
    for (DirectoryObject change : changes) {
      if (change.getRemoved() || change.getObjectCase() == ObjectCase.OBJECT_NOT_SET) {
        continue;
      }
      for (NamedValue value : NamedValue.of(change)) {
        if (!value.host().isEmpty()) {
          asked.add(value.host());
          needs.add(DirectoryKeys.organizationOf(change), value.host(), NamedValue.isRoute(change));
        }
      }
    }
    before.indexes().forEach((id, index) -> needs.addAsked(id, index.hosts(), asked));
    before
        .mailboxHosts()
        .forEach(
            (id, hosts) ->
                asked.stream().filter(hosts::contains).forEach(h -> needs.add(id, h, true)));
    return needs;
  }

  private void addAsked(String organization, Map<String, Boolean> hosts, Set<String> asked) {
    for (String host : asked) {
      Boolean route = hosts.get(host);
      if (route != null) {
        add(organization, host, route);
      }
    }
  }

  private void add(String organization, String host, boolean route) {
    namedBy.computeIfAbsent(host, h -> new HashSet<>()).add(organization);
    if (route) {
      routeOf.computeIfAbsent(host, h -> new HashSet<>()).add(organization);
    }
  }

  /**
   * @param object that names the value
   * @return empty: an administrator may write it
   */
  public Optional<Need> of(DirectoryObject object, NamedValue value) {
    String organization = DirectoryKeys.organizationOf(object);
    return switch (value.kind()) {
      case SOURCE_ADDRESS -> Optional.of(Need.SOURCE_ADDRESS);
      case EHLO_NAME ->
          isOwn(organization, value.value()) ? Optional.empty() : Optional.of(Need.EHLO_NAME);
      case HOST -> ofHost(organization, NamedValue.isRoute(object), value);
    };
  }

  private boolean isOwn(String organization, String name) {
    for (String domain = name; !domain.isEmpty(); domain = DomainNames.parent(domain)) {
      if (directory.accepts(organization, domain)) {
        return true;
      }
    }
    return false;
  }

  private Optional<Need> ofHost(String organization, boolean route, NamedValue value) {
    String host = value.host();
    if (IpAddress.parse(host) != null) {
      if (!PublicAddress.is(InetAddress.ofLiteral(host))) {
        return Optional.of(Need.PRIVATE_ADDRESS);
      }
    } else if (!DomainNames.hasDot(host)
        || INSIDE.stream().anyMatch(name -> host.endsWith("." + name))) {
      return Optional.of(Need.PRIVATE_NAME);
    }
    if (!MailPorts.is(value.port())) {
      return Optional.of(Need.PORT);
    }
    Map<String, Set<String>> theirs = route ? namedBy : routeOf;
    return theirs.getOrDefault(host, Set.of()).stream().anyMatch(o -> !o.equals(organization))
        ? Optional.of(Need.ROUTE)
        : Optional.empty();
  }
}
