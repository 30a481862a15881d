package io.postern.certificate.anchors;

import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The anchors that a question may name: an empty id is the default set, any other that of an
 * organization, in exactly the version named. Any thread; blocks at most {@code patience}.
 */
public final class AnchorStore {
  private final DefaultAnchors defaults;
  private final Supplier<Optional<OrganizationAnchors>> directory;
  private final Object changed = new Object();

  /**
   * @param directory the directory reader's current version; empty while it has none
   */
  public AnchorStore(DefaultAnchors defaults, Supplier<Optional<OrganizationAnchors>> directory) {
    this.defaults = defaults;
    this.directory = directory;
  }

  /** The directory has changed: waiting questions look again. */
  public void directoryChanged() {
    synchronized (changed) {
      changed.notifyAll();
    }
  }

  /** Empty when the set is not known in this version, not even after waiting. */
  public Optional<TrustAnchors> find(AnchorSetReference wanted, Duration patience)
      throws InterruptedException {
    if (wanted.getId().isEmpty()) {
      TrustAnchors current = defaults.current();
      return wanted.getVersion().isEmpty() || wanted.equals(current.reference())
          ? Optional.of(current)
          : Optional.empty();
    }
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (changed) {
      while (true) {
        TrustAnchors found = now(wanted);
        long left = deadline - System.nanoTime();
        if (found != null || left <= 0) {
          return Optional.ofNullable(found);
        }
        changed.wait(Math.max(1, left / 1_000_000));
      }
    }
  }

  /** The announcement for callers: the versions in force. */
  public AnchorSetAnnouncement announcement() {
    TrustAnchors current = defaults.current();
    return AnchorSetAnnouncement.newBuilder()
        .setAnchors(current.reference())
        .setDistrustVersion(current.distrustVersion())
        .build();
  }

  /**
   * The sets in force by the organizations' names for them ("contoso/own"), the installation's as
   * "default".
   */
  public Map<String, TrustAnchors> all() {
    Map<String, TrustAnchors> all = new TreeMap<>();
    TrustAnchors ours = defaults.current();
    all.put("default", ours);
    directory.get().ifPresent(sets -> all.putAll(sets.all(ours)));
    return all;
  }

  private @Nullable TrustAnchors now(AnchorSetReference wanted) {
    return directory.get().flatMap(sets -> sets.find(wanted, defaults.current())).orElse(null);
  }
}
