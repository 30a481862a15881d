package io.postern.directory;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.rules.hops.NamedValue;
import io.postern.rules.hops.NextHopApprovals;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes that make the directory equal to a file. Objects of the file's organizations that are
 * not in the file are removed; those of other organizations are untouched. An object that another
 * organization has under the same key (an accepted domain) counts as added, and the rules refuse
 * it. Immutable.
 *
 * @param objects the command's changes, `removed` for a removal; empty when the two are equal
 * @param changes the same for people
 */
public record DirectoryDiff(List<DirectoryObject> objects, List<DirectoryChange> changes) {
  private static final String APPROVED = "approved";
  private static final String UNAPPROVED = "unapproved";
  private static final String REVOKED = "revoked";

  /** What changes between two states show, and no file has (docs/decisions/0087). */
  public static final Set<String> APPROVALS = Set.of(APPROVED, UNAPPROVED, REVOKED);

  public static DirectoryDiff of(Collection<DirectoryObject> before, DirectoryFile file) {
    Map<String, DirectoryObject> theirs = new LinkedHashMap<>();
    for (DirectoryObject object : before) {
      if (file.organizations().contains(DirectoryKeys.organizationOf(object))) {
        theirs.put(DirectoryKeys.key(object), bare(object));
      }
    }
    List<DirectoryObject> objects = new ArrayList<>();
    List<DirectoryChange> changes = new ArrayList<>();
    for (DirectoryObject wanted : file.objects()) {
      DirectoryObject had = theirs.remove(DirectoryKeys.key(wanted));
      if (!wanted.equals(had)) {
        objects.add(wanted);
        changes.add(change(had, wanted));
      }
    }
    for (DirectoryObject gone : theirs.values()) {
      objects.add(gone.toBuilder().setRemoved(true).build());
      changes.add(change(gone, null));
    }
    return new DirectoryDiff(List.copyOf(objects), List.copyOf(changes));
  }

  /** The file's objects, and for each that it takes away a removal. */
  public static List<DirectoryObject> wanted(
      Collection<DirectoryObject> before, DirectoryFile file) {
    List<DirectoryObject> wanted = new ArrayList<>(file.objects());
    of(before, file).objects().stream().filter(DirectoryObject::getRemoved).forEach(wanted::add);
    return wanted;
  }

  /**
   * The changes between two states of some objects, such as a record of the audit has them: for
   * people. Of a removed object the fields are those that it had.
   */
  public static List<DirectoryChange> between(
      Collection<DirectoryObject> before, Collection<DirectoryObject> after) {
    Map<String, DirectoryObject> had = new LinkedHashMap<>();
    before.stream()
        .filter(object -> !object.getRemoved())
        .forEach(object -> had.put(DirectoryKeys.key(object), object));
    List<DirectoryChange> changes = new ArrayList<>();
    for (DirectoryObject object : after) {
      String key = DirectoryKeys.key(object);
      DirectoryObject old = had.remove(key);
      DirectoryObject now = object.getRemoved() ? null : object;
      List<DirectoryChange.Field> fields = fields(old, now);
      if (old == null ? now != null : now == null || !fields.isEmpty()) {
        changes.add(new DirectoryChange(word(old, now), key, fields));
      }
    }
    return changes;
  }

  /** The difference of one object; empty: the two are equal, or there is neither. */
  public static Optional<DirectoryChange> of(
      Optional<DirectoryObject> before, Optional<DirectoryObject> after) {
    DirectoryObject had = before.map(DirectoryDiff::bare).orElse(null);
    DirectoryObject wanted = after.map(DirectoryDiff::bare).orElse(null);
    return Objects.equals(had, wanted) ? Optional.empty() : Optional.of(change(had, wanted));
  }

  private static DirectoryChange change(
      @Nullable DirectoryObject had, @Nullable DirectoryObject wanted) {
    String key = DirectoryKeys.key(Objects.requireNonNull(wanted == null ? had : wanted));
    return new DirectoryChange(
        word(had, wanted), key, wanted == null ? List.of() : fields(had, wanted));
  }

  private static String word(@Nullable DirectoryObject had, @Nullable DirectoryObject now) {
    return had == null
        ? DirectoryChange.ADDED
        : now == null ? DirectoryChange.REMOVED : DirectoryChange.CHANGED;
  }

  /** The object without the marks of the command that wrote it, and without approvals. */
  static DirectoryObject bare(DirectoryObject object) {
    return NextHopApprovals.without(object).toBuilder()
        .clearRemoved()
        .clearCommandId()
        .clearCommandCount()
        .clearCommandIndex()
        .clearRecipientsEnd()
        .build();
  }

  private static List<DirectoryChange.Field> fields(
      @Nullable DirectoryObject had, @Nullable DirectoryObject now) {
    Map<String, Object> before = had == null ? Map.of() : readable(had);
    Map<String, Object> after = now == null ? Map.of() : readable(now);
    Set<String> names = new LinkedHashSet<>(after.keySet());
    names.addAll(before.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(before.get(name), after.get(name)))
        .map(name -> new DirectoryChange.Field(name, before.get(name), after.get(name)))
        .toList();
  }

  /** Flat, and with a certificate's name in place of its bytes. */
  private static Map<String, Object> readable(DirectoryObject object) {
    Map<String, Object> flat = new LinkedHashMap<>();
    FileView.fields(object)
        .forEach(
            (name, value) -> {
              if (value instanceof Map<?, ?> nested) {
                nested.forEach((inner, innerValue) -> flat.put(name + "." + inner, innerValue));
              } else if (name.equals("pem")) {
                flat.put(
                    "certificates",
                    object.getAnchorSet().getCertificatesList().stream()
                        .map(ByteString::toByteArray)
                        .map(Pem::describe)
                        .toList());
              } else {
                flat.put(name, value);
              }
            });
    approvals(object, flat);
    return flat;
  }

  /** Of two states in the directory; what a caller wants has none (docs/decisions/0087). */
  private static void approvals(DirectoryObject object, Map<String, Object> flat) {
    List<String> approved =
        NamedValue.approvals(object).stream()
            .map(each -> each.getValue() + " (" + each.getBy() + ")")
            .toList();
    List<String> unapproved =
        NamedValue.of(object).stream()
            .filter(NamedValue::unapproved)
            .map(NamedValue::value)
            .distinct()
            .toList();
    if (!approved.isEmpty()) {
      flat.put(APPROVED, approved);
    }
    List<String> revoked =
        object.getOrganization().getRevokedNextHopsList().stream()
            .map(each -> each.getValue() + " (" + each.getBy() + ")")
            .toList();
    if (!unapproved.isEmpty()) {
      flat.put(UNAPPROVED, unapproved);
    }
    if (!revoked.isEmpty()) {
      flat.put(REVOKED, revoked);
    }
  }
}
