package io.postern.rules.hops;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.contracts.v1.DirectoryProblem;
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
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The approvals of objects after a change (docs/decisions/0087). An approval is of a value in an
 * organization: a value that the organization has keeps its state, whoever writes it, and in which
 * of its objects. What an operator adds to the organization is approved. Of what another
 * administrator adds, a value that needs an operator is a problem; any other host is marked, so
 * that delivery dials it on the Internet only. A host that was revoked stays so until an operator
 * approves it. A host without the mark is approved: hosts from before there were marks have none.
 * Pure; one use, one thread.
 */
public final class NextHopApprovals {
  /**
   * Who writes.
   *
   * @param values that {@code change} is about; none: all of the objects
   */
  public record Writer(
      String name, boolean operator, long atMillis, NextHopChange change, Set<String> values) {
    public Writer {
      values = Set.copyOf(values);
    }

    public static Writer of(DirectoryCommand command) {
      return new Writer(
          command.getActor(),
          command.getByOperator(),
          command.getAtMillis(),
          command.getNextHops(),
          Set.copyOf(command.getNextHopValuesList()));
    }

    private boolean names(NamedValue value) {
      return values.isEmpty() || values.contains(value.value());
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
   * The objects that a change of approvals writes: the organization, and those of its objects that
   * have one of the values.
   */
  public static List<DirectoryObject> concerned(
      Directory directory, String organization, Set<String> values) {
    return directory.objects().stream()
        .filter(object -> DirectoryKeys.organizationOf(object).equals(organization))
        .filter(
            object ->
                object.hasOrganization()
                    || NamedValue.of(object).stream().anyMatch(v -> values.contains(v.value())))
        .toList();
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

  private DirectoryObject judged(DirectoryObject change) {
    if (writer.change() != NextHopChange.NEXT_HOP_CHANGE_UNSPECIFIED && !writer.operator()) {
      problem(change, "", "only an operator may approve next hops", "ask an operator");
      return change;
    }
    if (change.getRemoved() || change.getObjectCase() == ObjectCase.OBJECT_NOT_SET) {
      return change;
    }
    if (change.hasOrganization()) {
      return withRevoked(change, revokedAfter(DirectoryKeys.organizationOf(change)));
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
    switch (writer.change()) {
      case NEXT_HOPS_APPROVED -> {
        if (writer.names(value)) {
          return former != null && former.approved() && former.approval() != null
              ? former
              : new State(true, approval(value.value()));
        }
      }
      case NEXT_HOPS_REVOKED -> {
        if (writer.names(value) && isHost) {
          return new State(false, null);
        }
      }
      case NEXT_HOP_CHANGE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    if (former != null && former.approved()) {
      return former;
    }
    boolean revoked =
        isHost
            && revokedBefore(organization).stream()
                .anyMatch(each -> each.getValue().equals(value.value()));
    State known = revoked ? null : ofOrganization(organization).get(value.key());
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
                      object,
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

  /** What is approved leaves the list, and a host that is revoked comes to it. */
  private List<NextHopApproval> revokedAfter(String organization) {
    List<NextHopApproval> revoked = new ArrayList<>(revokedBefore(organization));
    if (writer.change() == NextHopChange.NEXT_HOP_CHANGE_UNSPECIFIED) {
      return revoked;
    }
    Set<String> values = new TreeSet<>();
    changes.stream()
        .filter(change -> DirectoryKeys.organizationOf(change).equals(organization))
        .flatMap(change -> NamedValue.of(change).stream())
        .filter(value -> value.kind() == Kind.HOST && writer.names(value))
        .forEach(value -> values.add(value.value()));
    if (writer.change() == NextHopChange.NEXT_HOPS_APPROVED) {
      revoked.removeIf(each -> values.contains(each.getValue()));
    } else {
      revoked.forEach(each -> values.remove(each.getValue()));
      values.forEach(value -> revoked.add(approval(value)));
    }
    return revoked;
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

  private void problem(DirectoryObject object, String field, String problem, String cure) {
    problems.add(
        DirectoryProblem.newBuilder()
            .setObject(DirectoryKeys.key(object))
            .setField(field)
            .setProblem(problem)
            .setCure(cure)
            .build());
  }
}
