package io.postern.rules.hops;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.contracts.v1.NextHopApproval;
import io.postern.contracts.v1.NextHopChange;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.hops.NamedValue.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The approvals of objects after a change (docs/decisions/0087). An approval is of a host in an
 * organization: a host that the organization has keeps its state, whoever writes it, and in which
 * of its objects. That of a source address or EHLO name is of its connector only. What an operator
 * adds to the organization is approved. Of what another administrator adds, a value that needs an
 * operator is a problem; any other host is marked, so that delivery dials it on the Internet only.
 * A host that was revoked stays so until an operator approves it. A host without the mark is
 * approved: hosts from before there were marks have none. Pure; one use, one thread.
 */
public final class NextHopApprovals {
  /** Who writes. */
  public record Writer(String name, boolean operator, long atMillis) {
    public static Writer of(DirectoryCommand command) {
      return new Writer(command.getActor(), command.getByOperator(), command.getAtMillis());
    }
  }

  /**
   * What an operator asks for: approvals of values, or their end.
   *
   * @param organization whose objects have the hosts among the values
   * @param values as objects have them now; hosts with their ports
   * @param objects keys of those that were shown: the only ones whose source addresses and EHLO
   *     names are meant
   */
  public record Asked(
      NextHopChange change, String organization, Set<String> values, Set<String> objects) {
    public Asked {
      values = Set.copyOf(values);
      objects = Set.copyOf(objects);
    }

    public static Asked of(DirectoryCommand command) {
      return new Asked(
          command.getNextHops(),
          command.getNextHopOrganization(),
          Set.copyOf(command.getNextHopValuesList()),
          command.getExpectedObjectsList().stream()
              .map(ExpectedObject::getKey)
              .collect(Collectors.toSet()));
    }

    private boolean means(DirectoryObject object, NamedValue value) {
      return values.contains(value.value())
          && (value.kind() == Kind.HOST || objects.contains(DirectoryKeys.key(object)));
    }
  }

  /**
   * @param objects as they are to be written
   * @param problems none: they may be
   */
  public record Judged(List<DirectoryObject> objects, List<DirectoryProblem> problems) {}

  /** Of a value; none approved it by name: it is from before, or needed none. */
  private record State(boolean approved, @Nullable NextHopApproval approval) {}

  private final Directory before;
  private final List<DirectoryObject> changes;
  private final Writer writer;
  private final List<DirectoryProblem> problems = new ArrayList<>();
  private final Map<String, Map<String, State>> statesBefore = new HashMap<>();
  private @Nullable Needs needs;

  private NextHopApprovals(Directory before, List<DirectoryObject> changes, Writer writer) {
    this.before = before;
    this.changes = changes;
    this.writer = writer;
  }

  /**
   * @param changes that {@code DirectoryRules} have nothing against; their marks do not count
   */
  public static Judged judge(Directory before, List<DirectoryObject> changes, Writer writer) {
    NextHopApprovals judging = new NextHopApprovals(before, changes, writer);
    List<DirectoryObject> objects = changes.stream().map(judging::judged).toList();
    return new Judged(objects, List.copyOf(judging.problems));
  }

  /**
   * Changes approvals of objects that stay as they are: a rule that came later has no say.
   *
   * @return the organization, which keeps what is revoked, and those of its objects that change
   */
  public static Judged change(Directory before, Asked asked, Writer writer) {
    return new NextHopApprovals(before, List.of(), writer).changed(asked);
  }

  /** The object as its writer wrote it: without marks and approvals. */
  public static DirectoryObject without(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ORGANIZATION ->
          object.getOrganization().getRevokedNextHopsCount() == 0
              ? object
              : withRevoked(object, List.of());
      case OUTBOUND_CONNECTOR, ACCEPTED_DOMAIN ->
          NamedValue.of(object).stream().noneMatch(NamedValue::unapproved)
                  && NamedValue.approvals(object).isEmpty()
              ? object
              : marked(object, Map.of());
      default -> object;
    };
  }

  private Judged changed(Asked asked) {
    String key = "organization/" + asked.organization();
    Optional<DirectoryObject> organization = before.object(key);
    if (!writer.operator()) {
      problem(key, "", "only an operator may approve next hops", "ask an operator");
    } else if (organization.isEmpty()) {
      problem(key, "", "it does not exist", "name an organization that exists");
    }
    if (organization.isEmpty() || !problems.isEmpty()) {
      return new Judged(List.of(), List.copyOf(problems));
    }
    boolean approves = asked.change() == NextHopChange.NEXT_HOPS_APPROVED;
    Set<String> hosts = new TreeSet<>();
    List<DirectoryObject> after = new ArrayList<>();
    for (DirectoryObject object : before.objects()) {
      if (!DirectoryKeys.organizationOf(object).equals(asked.organization())) {
        continue;
      }
      Map<String, State> states = new LinkedHashMap<>();
      collect(object, states);
      boolean changes = false;
      for (NamedValue value : NamedValue.of(object)) {
        boolean isHost = value.kind() == Kind.HOST;
        if (asked.means(object, value) && (approves || isHost)) {
          State former = states.get(value.key());
          State state = approves ? approved(value, former) : new State(false, null);
          states.put(value.key(), state);
          changes |= !state.equals(former);
          if (isHost) {
            hosts.add(value.value());
          }
        }
      }
      if (changes) {
        after.add(marked(object, states));
      }
    }
    List<NextHopApproval> revoked = new ArrayList<>(revokedBefore(asked.organization()));
    if (approves) {
      revoked.removeIf(each -> asked.values().contains(each.getValue()));
    } else {
      revoked.forEach(each -> hosts.remove(each.getValue()));
      hosts.forEach(host -> revoked.add(approval(host)));
    }
    after.addFirst(withRevoked(organization.get(), revoked));
    return new Judged(List.copyOf(after), List.of());
  }

  /** Who approved it first remains. */
  private State approved(NamedValue value, @Nullable State former) {
    return former != null && former.approved() && former.approval() != null
        ? former
        : new State(true, approval(value.value()));
  }

  private DirectoryObject judged(DirectoryObject change) {
    if (change.getRemoved() || change.getObjectCase() == ObjectCase.OBJECT_NOT_SET) {
      return change;
    }
    if (change.hasOrganization()) {
      return withRevoked(change, revokedBefore(DirectoryKeys.organizationOf(change)));
    }
    List<NamedValue> values = NamedValue.of(change);
    if (values.isEmpty()) {
      return change;
    }
    Map<String, State> had = had(change);
    Map<String, State> states = new LinkedHashMap<>();
    for (NamedValue value : values) {
      State state = states.get(value.key());
      states.put(value.key(), state == null ? state(change, value, had) : state);
    }
    return marked(change, states);
  }

  /** Of the same object of the same organization. */
  private Map<String, State> had(DirectoryObject change) {
    Map<String, State> had = new HashMap<>();
    before
        .object(DirectoryKeys.key(change))
        .filter(o -> DirectoryKeys.organizationOf(o).equals(DirectoryKeys.organizationOf(change)))
        .ifPresent(object -> collect(object, had));
    return had;
  }

  private static void collect(DirectoryObject object, Map<String, State> states) {
    Map<String, NextHopApproval> approvals = new HashMap<>();
    NamedValue.approvals(object).forEach(each -> approvals.put(each.getValue(), each));
    for (NamedValue value : NamedValue.of(object)) {
      State state = new State(!value.unapproved(), approvals.get(value.value()));
      State other = states.get(value.key());
      if (other == null || !other.approved() && state.approved()) {
        states.put(value.key(), state);
      }
    }
  }

  private State state(DirectoryObject object, NamedValue value, Map<String, State> had) {
    String organization = DirectoryKeys.organizationOf(object);
    State former = had.get(value.key());
    boolean isHost = value.kind() == Kind.HOST;
    if (former != null && former.approved()) {
      return former;
    }
    boolean revoked =
        isHost
            && revokedBefore(organization).stream()
                .anyMatch(each -> each.getValue().equals(value.value()));
    // A source address or EHLO name is its connector's only: who takes it away has no copies to
    // look for, and a domain may belong to another organization by now.
    State known = revoked || !isHost ? null : ofOrganization(organization).get(value.key());
    if (known != null && known.approved()) {
      return known;
    }
    if (writer.operator()) {
      boolean approved = !isHost || !revoked && known == null;
      boolean needed = approved && needs().of(object, value).isPresent();
      return new State(approved, needed ? approval(value.value()) : null);
    }
    if (former == null) {
      needs()
          .of(object, value)
          .ifPresent(
              need ->
                  problem(
                      DirectoryKeys.key(object),
                      value.field(),
                      "\""
                          + value.value()
                          + "\" "
                          + need.words()
                          + ", and needs an operator's approval",
                      "ask an operator to write it, or write another one"));
    }
    return new State(!isHost, null);
  }

  private List<NextHopApproval> revokedBefore(String organization) {
    return before
        .organization(organization)
        .map(Organization::getRevokedNextHopsList)
        .orElse(List.of());
  }

  private static DirectoryObject withRevoked(
      DirectoryObject object, List<NextHopApproval> revoked) {
    DirectoryObject.Builder with = object.toBuilder();
    with.getOrganizationBuilder().clearRevokedNextHops().addAllRevokedNextHops(revoked);
    return with.build();
  }

  private NextHopApproval approval(String value) {
    return NextHopApproval.newBuilder()
        .setValue(value)
        .setBy(writer.name())
        .setAtMillis(writer.atMillis())
        .build();
  }

  /** Values of an organization's objects. Many connectors: made where it is wanted. */
  private Map<String, State> ofOrganization(String organization) {
    return statesBefore.computeIfAbsent(
        organization,
        id -> {
          Map<String, State> states = new HashMap<>();
          before.outboundConnectors(id).stream()
              .map(c -> DirectoryObject.newBuilder().setOutboundConnector(c).build())
              .forEach(object -> collect(object, states));
          before.acceptedDomains(id).stream()
              .map(d -> DirectoryObject.newBuilder().setAcceptedDomain(d).build())
              .forEach(object -> collect(object, states));
          return states;
        });
  }

  private Needs needs() {
    Needs made = needs;
    if (made == null) {
      made = Needs.of(before, changes);
      needs = made;
    }
    return made;
  }

  /**
   * @param states of values; one that is missing is approved, by nobody
   */
  private static DirectoryObject marked(DirectoryObject object, Map<String, State> states) {
    List<NamedValue> values = NamedValue.of(object);
    List<NextHopApproval> approvals = new ArrayList<>();
    states.values().stream()
        .filter(State::approved)
        .map(State::approval)
        .forEach(
            approval -> {
              if (approval != null) {
                approvals.add(approval);
              }
            });
    boolean[] unapproved = new boolean[values.size()];
    for (int i = 0; i < unapproved.length; i++) {
      State state = states.get(values.get(i).key());
      unapproved[i] = state != null && !state.approved();
    }
    DirectoryObject.Builder marked = object.toBuilder();
    if (object.hasOutboundConnector()) {
      OutboundConnector.Builder connector = marked.getOutboundConnectorBuilder();
      for (int i = 0; i < connector.getSmartHostsCount(); i++) {
        connector.getSmartHostsBuilder(i).setUnapproved(unapproved[i]);
      }
      connector.clearApprovals().addAllApprovals(approvals);
    } else {
      AcceptedDomain.Builder domain = marked.getAcceptedDomainBuilder();
      int at = 0;
      if (!domain.getMailboxHost().getHost().isEmpty()) {
        domain.getMailboxHostBuilder().setUnapproved(unapproved[at++]);
      }
      for (int i = 0; i < domain.getFurtherMailboxRoutesCount(); i++) {
        domain.getFurtherMailboxRoutesBuilder(i).getHostBuilder().setUnapproved(unapproved[at++]);
      }
      domain.clearApprovals().addAllApprovals(approvals);
    }
    return marked.build();
  }

  private void problem(String object, String field, String problem, String cure) {
    problems.add(
        DirectoryProblem.newBuilder()
            .setObject(object)
            .setField(field)
            .setProblem(problem)
            .setCure(cure)
            .build());
  }
}
