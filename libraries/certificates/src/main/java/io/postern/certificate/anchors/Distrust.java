package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.Fingerprints;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that are no anchors and on no path, with the setting that says so. A certificate
 * is known by its SHA-256 alone: another one of the same key or name is another certificate.
 * Immutable, any thread.
 */
public final class Distrust {
  public static final Distrust NONE = new Distrust(Map.of());

  private final Map<ByteString, String> by;

  private Distrust(Map<ByteString, String> by) {
    this.by = Map.copyOf(by);
  }

  /**
   * @param fingerprints SHA-256, 32 bytes each
   * @param by for people: a setting's key, or an anchor set
   */
  public static Distrust of(Collection<ByteString> fingerprints, String by) {
    Map<ByteString, String> all = new HashMap<>();
    fingerprints.forEach(fingerprint -> all.put(fingerprint, by));
    return new Distrust(all);
  }

  /** Both; where both have a certificate, this one is named. */
  public Distrust and(Distrust other) {
    Map<ByteString, String> all = new HashMap<>(other.by);
    all.putAll(by);
    return new Distrust(all);
  }

  /** The setting that distrusts this certificate; null: none. */
  public @Nullable String by(ParsedCertificate certificate) {
    return by.isEmpty() ? null : by.get(ByteString.copyFrom(certificate.fingerprint()));
  }

  @Nullable String by(ByteString fingerprint) {
    return by.get(fingerprint);
  }

  public Set<ByteString> fingerprints() {
    return by.keySet();
  }

  /** Moved by any change of the certificates; empty: there is none. */
  public String version() {
    return Fingerprints.distrustVersion(by.keySet());
  }
}
