package io.postern.certificate.anchors;

import io.postern.contracts.v1.TrustBundle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The installation's default set: the anchors of its sources, without the distrusted ones. Its
 * version is a hash of the content, the same on each replica with the same content. At most {@value
 * #MOST} anchors, so that a version fits into a record.
 *
 * <p>{@link #current} and {@link #bundle} from any thread without waiting; {@link #reload} from
 * any, one at a time. A source that breaks later is logged and leaves its last good reading.
 */
public final class DefaultAnchors {
  public static final int MOST = 1000;
  private static final Logger LOG = Logger.getLogger(DefaultAnchors.class);

  private final List<AnchorSource> sources;
  private final Distrust distrust;
  private final @Nullable DistrustFile distrustFile;
  private List<Anchor> kept; // guarded by this
  private volatile AnchorBundle current;

  /** The JDK's and those of PEM files. */
  public DefaultAnchors(List<Path> files) throws BadAnchorFileException {
    this(jdkAnd(files), Distrust.NONE);
  }

  /**
   * @throws BadAnchorFileException for a source that is missing or broken: do not start
   */
  public DefaultAnchors(List<AnchorSource> sources, Distrust distrust)
      throws BadAnchorFileException {
    this(sources, distrust, null);
  }

  /**
   * @param distrust the settings' distrust, which does not change
   * @param distrustFile the file of further distrusted certificates; null: none
   * @throws BadAnchorFileException for a source or a file that is missing or broken: do not start
   */
  public DefaultAnchors(
      List<AnchorSource> sources, Distrust distrust, @Nullable DistrustFile distrustFile)
      throws BadAnchorFileException {
    this.sources = List.copyOf(sources);
    this.distrust = distrust;
    this.distrustFile = distrustFile;
    for (AnchorSource source : sources) {
      source.begin();
    }
    if (distrustFile != null) {
      distrustFile.begin();
    }
    this.kept = found(sources);
    this.current = AnchorBundle.of(kept, distrusted(distrust, distrustFile));
    if (tooMany(current)) {
      throw new BadAnchorFileException(
          "postern.anchors",
          current.anchors().size() + " anchors, at most " + MOST + " are kept",
          "name fewer or smaller sources");
    }
  }

  private static List<AnchorSource> jdkAnd(List<Path> files) {
    List<AnchorSource> sources = new ArrayList<>(List.of(AnchorSource.jdk()));
    files.forEach(file -> sources.add(AnchorSource.pem(file)));
    return sources;
  }

  public TrustAnchors current() {
    return current.anchors();
  }

  /** The same for the record: without times and differences. */
  public TrustBundle bundle() {
    return current.record();
  }

  /** Both, of one version. */
  public AnchorBundle inForce() {
    return current;
  }

  /** How many anchors come from sources of this kind (others may have them too). */
  public long count(String kind) {
    TrustBundle bundle = current.record();
    Set<Integer> ofKind =
        IntStream.range(0, bundle.getSourcesCount())
            .filter(i -> (bundle.getSources(i) + " ").startsWith(kind + " "))
            .boxed()
            .collect(Collectors.toSet());
    return bundle.getAnchorsList().stream()
        .filter(anchor -> !Collections.disjoint(anchor.getSourcesList(), ofKind))
        .count();
  }

  public List<AnchorSource> sources() {
    return sources;
  }

  /** Reads the sources' changes; true: the set is another one now. */
  public synchronized boolean reload() {
    boolean changed = false;
    for (AnchorSource source : sources) {
      changed |= source.look();
    }
    if (distrustFile != null) {
      changed |= distrustFile.look();
    }
    if (!changed) {
      return false;
    }
    AnchorBundle before = current;
    Distrust now = distrusted(distrust, distrustFile);
    List<Anchor> found = found(sources);
    AnchorBundle read = AnchorBundle.of(found, now);
    if (tooMany(read)) {
      LOG.warnf(
          "postern.anchors: %d anchors, at most %d are kept; the previous ones stay in force",
          read.anchors().size(), MOST);
      read = AnchorBundle.of(kept, now); // the distrust counts all the same
    } else {
      kept = found;
    }
    current = read; // also where the sources alone have changed
    if (read.anchors().reference().equals(before.anchors().reference())) {
      return false;
    }
    LOG.infof(
        "default anchors: %d, version %s after %s; %s",
        read.anchors().size(),
        read.record().getVersion(),
        before.record().getVersion(),
        BundleDifference.between(before.record(), read.record()).shown());
    return true;
  }

  private static Distrust distrusted(Distrust distrust, @Nullable DistrustFile file) {
    return file == null ? distrust : distrust.and(file.distrust());
  }

  private static List<Anchor> found(List<AnchorSource> sources) {
    return sources.stream().flatMap(source -> source.anchors().stream()).toList();
  }

  private static boolean tooMany(AnchorBundle bundle) {
    return bundle.anchors().size() > MOST;
  }
}
