package io.postern.rules.checks;

import com.google.protobuf.Message;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.Organization;
import io.postern.fields.DirectoryFields;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The check of changes that are made all together (docs/design/architecture.md, "Directory and
 * administration"): each changed object by itself, and the whole directory as it would be
 * afterwards. There each reference must lead to an object, and a domain belongs to one
 * organization. Unchanged objects are not judged again, so that a rule that came later blocks no
 * other change. A pure function; any thread. No problem names another organization's objects (G8).
 */
public final class DirectoryRules {
  private static final Set<String> RESERVED = Set.of("server", "client", "anchors");

  private final Directory before;
  private final List<DirectoryObject> changes;
  private final List<DirectoryProblem> problems = new ArrayList<>();
  // Each is made when it is first wanted: most changes want neither, and a large one wants it
  // often.
  private final Map<String, Map<String, Integer>> spellings = new HashMap<>();
  private @Nullable Map<String, String> referrers;

  private DirectoryRules(Directory before, List<DirectoryObject> changes) {
    this.before = before;
    this.changes = changes;
  }

  /** Every problem found, in the order of the changes; empty: the changes may be made. */
  public static List<DirectoryProblem> validate(Directory before, List<DirectoryObject> changes) {
    return List.copyOf(new DirectoryRules(before, changes).validate());
  }

  private List<DirectoryProblem> validate() {
    Directory after = before.with(changes);
    Set<String> seen = new HashSet<>();
    for (DirectoryObject change : changes) {
      if (change.getObjectCase() == ObjectCase.OBJECT_NOT_SET) {
        new Findings("", problems)
            .add("", "the object is of a kind that this version does not know", "update first");
        continue;
      }
      String key = DirectoryKeys.key(change);
      Findings findings = new Findings(key, problems);
      findings.addIf(!seen.add(key), "", "duplicate object in one command", "keep one of the two");
      if (isAnothersDomain(key, change)) {
        findings.add(
            "domain", "the domain is accepted for another organization", "remove it there first");
      } else if (change.getRemoved()) {
        removal(change, after, findings);
      } else {
        findings.addIf(
            isNamed(change) && spellings(key, after) > 1,
            "name",
            "another object's name differs in upper and lower case only",
            "choose another name, or use the one that exists");
        check(change, after, findings);
      }
    }
    return problems;
  }

  private boolean isAnothersDomain(String key, DirectoryObject change) {
    return change.hasAcceptedDomain()
        && before
            .object(key)
            .filter(
                owned ->
                    !owned
                        .getAcceptedDomain()
                        .getOrganization()
                        .equals(change.getAcceptedDomain().getOrganization()))
            .isPresent();
  }

  /** Ids and domains are lower case anyway. */
  private static boolean isNamed(DirectoryObject object) {
    return !object.hasOrganization() && !object.hasAcceptedDomain();
  }

  private void removal(DirectoryObject change, Directory after, Findings findings) {
    String key = DirectoryKeys.key(change);
    if (before.object(key).isEmpty()) {
      findings.add("", "no object with this name", "check the spelling");
      return;
    }
    if (change.hasInboundConnector() || change.hasRoutingRule()) {
      return; // nothing refers to them
    }
    if (referrers == null) {
      referrers = referrers(after);
    }
    String referrer = referrers.get(key);
    if (referrer != null) {
      findings.add(
          "",
          referrer + " still needs it",
          "change or remove that one first, or in the same command");
    }
  }

  /** The objects whose keys differ from this one in upper and lower case only, itself included. */
  private int spellings(String key, Directory after) {
    String first = key.substring(0, key.lastIndexOf('/') + 1);
    return spellings
        .computeIfAbsent(
            first,
            f -> {
              Map<String, Integer> counts = new HashMap<>();
              after
                  .keysBeginningWith(f)
                  .forEach(each -> counts.merge(each.toLowerCase(Locale.ROOT), 1, Integer::sum));
              return counts;
            })
        .getOrDefault(key.toLowerCase(Locale.ROOT), 0);
  }

  /** For each key that is referred to, the first object that does. */
  private static Map<String, String> referrers(Directory after) {
    Map<String, String> referrers = new HashMap<>();
    for (DirectoryObject object : after.objects()) {
      String key = DirectoryKeys.key(object);
      String organization = DirectoryKeys.organizationOf(object);
      if (!object.hasOrganization()) {
        referrers.putIfAbsent("organization/" + organization, key);
      }
      Message named = message(object);
      DirectoryFields.of(named.getDescriptorForType())
          .references(named, organization)
          .forEach(reference -> referrers.putIfAbsent(reference, key));
    }
    return referrers;
  }

  private static Message message(DirectoryObject object) {
    return (Message)
        object.getField(
            object.getOneofFieldDescriptor(DirectoryObject.getDescriptor().getOneofs().getFirst()));
  }

  private void check(DirectoryObject change, Directory after, Findings findings) {
    String organization = DirectoryKeys.organizationOf(change);
    Message message = message(change);
    new FieldChecks(organization, after, findings)
        .check(DirectoryFields.of(message.getDescriptorForType()), "", message);
    if (!change.hasOrganization()) {
      findings.organization(organization, after);
    }
    switch (change.getObjectCase()) {
      case ORGANIZATION -> {
        organization(change.getOrganization(), findings);
        SenderRewritingCheck.organization(change.getOrganization(), after, findings);
      }
      case ACCEPTED_DOMAIN ->
          AcceptedDomainCheck.check(change.getAcceptedDomain(), after, findings);
      case INBOUND_CONNECTOR ->
          InboundConnectorCheck.check(change.getInboundConnector(), after, findings);
      case OUTBOUND_CONNECTOR ->
          OutboundConnectorCheck.check(change.getOutboundConnector(), after, findings);
      case ANCHOR_SET -> AnchorSetCheck.check(change.getAnchorSet(), findings);
      case ROUTING_RULE -> RoutingRuleCheck.check(change.getRoutingRule(), after, findings);
      case OBJECT_NOT_SET -> throw new IllegalStateException("handled before");
    }
  }

  private void organization(Organization organization, Findings findings) {
    String id = organization.getId();
    findings.addIf(
        RESERVED.contains(id) && before.organization(id).isEmpty(),
        "id",
        Findings.quoted(id) + " is reserved: lists of certificates name the installation's by it",
        "choose another id");
    findings.addIf(
        !DomainNames.isDomain(id) || DomainNames.hasDot(id),
        "id",
        Findings.quoted(id) + " is not a valid ID",
        "use 1 to 63 lower-case letters, digits and hyphens, without a hyphen at the ends");
    findings.addIf(
        organization.getRejectDirectSendSubdomains() && !organization.getRejectDirectSend(),
        "rejectDirectSendSubdomains",
        "without rejectDirectSend it rejects nothing",
        "set rejectDirectSend: true, or remove rejectDirectSendSubdomains");
  }
}
