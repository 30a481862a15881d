package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.AnchorSetReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * One set of trust anchors in one version. Any certificate may be an anchor: a root, an
 * intermediate, or a partner's own self-signed one. A distrusted certificate is none, and no path
 * may go over it. Immutable, any thread.
 */
public final class TrustAnchors {
  private final AnchorSetReference reference;
  private final AnchorSetReference standsWith;
  private final List<ParsedCertificate> given;
  private final Set<ParsedCertificate> certificates = new LinkedHashSet<>();
  private final Distrust distrust;
  private final String distrustVersion;
  private final Map<X500Principal, List<ParsedCertificate>> bySubject = new HashMap<>();
  private final Map<X500Principal, List<ParsedCertificate>> distrustedBySubject = new HashMap<>();

  public TrustAnchors(AnchorSetReference reference, List<ParsedCertificate> certificates) {
    this(reference, certificates, Distrust.NONE);
  }

  /**
   * @param certificates also those that are distrusted, so that a verdict can say why they do not
   *     count
   */
  public TrustAnchors(
      AnchorSetReference reference, List<ParsedCertificate> certificates, Distrust distrust) {
    this(reference, reference, certificates, distrust, distrust.version());
  }

  private TrustAnchors(
      AnchorSetReference reference,
      AnchorSetReference standsWith,
      List<ParsedCertificate> given,
      Distrust distrust,
      String distrustVersion) {
    this.reference = reference;
    this.standsWith = standsWith;
    this.given = List.copyOf(given);
    this.distrust = distrust;
    this.distrustVersion = distrustVersion;
    for (ParsedCertificate certificate : given) {
      boolean counts = distrust.by(certificate) == null;
      if (!counts || certificates.add(certificate)) {
        (counts ? bySubject : distrustedBySubject)
            .computeIfAbsent(certificate.subject(), _ -> new ArrayList<>())
            .add(certificate);
      }
    }
  }

  /**
   * An organization's set, where this one is the installation's default set: that one has this
   * one's distrust too.
   *
   * @param withDefaults this set's anchors are part of it
   */
  TrustAnchors organizations(
      AnchorSetReference own,
      List<ParsedCertificate> certificates,
      boolean withDefaults,
      Distrust theirs) {
    List<ParsedCertificate> all = new ArrayList<>(withDefaults ? given : List.of());
    all.addAll(certificates);
    return new TrustAnchors(
        own, withDefaults ? reference : own, all, distrust.and(theirs), distrustVersion);
  }

  /** Id and the version that is really in this object. */
  public AnchorSetReference reference() {
    return reference;
  }

  /**
   * The set whose change makes verdicts by this one void: the default set where it is part of it,
   * else this one.
   */
  public AnchorSetReference standsWith() {
    return standsWith;
  }

  /** The version of the installation's distrust; empty: none. */
  public String distrustVersion() {
    return distrustVersion;
  }

  public boolean contains(ParsedCertificate certificate) {
    return certificates.contains(certificate);
  }

  /** The setting that distrusts this certificate; null: none. */
  public @Nullable String distrustedBy(ParsedCertificate certificate) {
    return distrust.by(certificate);
  }

  /**
   * The setting that distrusts a certificate; null: none.
   *
   * @param fingerprint SHA-256
   */
  public @Nullable String distrustedBy(ByteString fingerprint) {
    return distrust.by(fingerprint);
  }

  /** Anchors of this name, in the set's order. */
  public List<ParsedCertificate> named(X500Principal subject) {
    return bySubject.getOrDefault(subject, List.of());
  }

  /** Certificates of this name that would be anchors if they were not distrusted. */
  public List<ParsedCertificate> distrustedNamed(X500Principal subject) {
    return distrustedBySubject.getOrDefault(subject, List.of());
  }

  /** All that count, in the set's order. */
  public Set<ParsedCertificate> certificates() {
    return Collections.unmodifiableSet(certificates);
  }

  /** The anchors that distrust has taken out of this set, in the set's order. */
  public List<ParsedCertificate> distrusted() {
    return given.stream().filter(c -> distrust.by(c) != null).distinct().toList();
  }

  public int size() {
    return certificates.size();
  }
}
