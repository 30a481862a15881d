package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The organizations' own anchor sets in one version of the directory. A certificate that cannot be
 * read is left out and logged; chains that need it are then untrusted. Immutable, any thread.
 */
public final class OrganizationAnchors {
  private static final Logger LOG = Logger.getLogger(OrganizationAnchors.class);

  private final Map<String, OrganizationSet> byId = new HashMap<>();
  private final Map<String, List<OrganizationSet>> byOrganization = new HashMap<>();

  private OrganizationAnchors() {}

  /**
   * @param objects of a directory; those that are no anchor sets are passed over
   */
  public static OrganizationAnchors of(Collection<DirectoryObject> objects) {
    OrganizationAnchors anchors = new OrganizationAnchors();
    for (DirectoryObject object : objects) {
      if (object.hasAnchorSet()) {
        AnchorSet set = object.getAnchorSet();
        String id = DirectoryKeys.anchorSetId(set.getOrganization(), set.getName());
        OrganizationSet read = read(id, set);
        anchors.byId.put(id, read);
        anchors
            .byOrganization
            .computeIfAbsent(set.getOrganization(), _ -> new ArrayList<>())
            .add(read);
      }
    }
    return anchors;
  }

  /**
   * The set of exactly this id and version.
   *
   * @param defaults the default set in force
   */
  public Optional<TrustAnchors> find(AnchorSetReference reference, TrustAnchors defaults) {
    return Optional.ofNullable(byId.get(reference.getId()))
        .filter(set -> set.reference().equals(reference))
        .map(set -> set.with(defaults));
  }

  /**
   * The sets of one organization, by their names.
   *
   * @param defaults the default set in force
   */
  public List<SetInForce> of(String organization, TrustAnchors defaults) {
    return byOrganization.getOrDefault(organization, List.of()).stream()
        .map(set -> set.inForce(defaults))
        .sorted(Comparator.comparing(SetInForce::name))
        .toList();
  }

  /**
   * All sets by their id.
   *
   * @param defaults the default set in force
   */
  public Map<String, TrustAnchors> all(TrustAnchors defaults) {
    Map<String, TrustAnchors> all = new HashMap<>();
    byId.forEach((id, set) -> all.put(id, set.with(defaults)));
    return all;
  }

  private static OrganizationSet read(String id, AnchorSet set) {
    List<ParsedCertificate> certificates =
        ParsedCertificate.usable(
            set.getCertificatesList().stream().map(ByteString::toByteArray).toList(),
            e -> LOG.warnf("anchor set %s: a certificate is skipped: %s", id, e.getMessage()));
    return new OrganizationSet(
        AnchorSetReference.newBuilder()
            .setId(id)
            .setVersion(Fingerprints.anchorSetVersion(set))
            .build(),
        certificates,
        set.getWithDefaults(),
        Distrust.of(set.getDistrustedList(), "trust anchors " + id));
  }
}
