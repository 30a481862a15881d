package io.postern.certificate.published;

import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.RootOf;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.log.directory.DirectoryReader;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The public page of our certificates: made anew at a change, and every ten seconds, since
 * strangers may ask as often as they like. While the log is away it is the last one from before.
 * Any thread.
 */
@ApplicationScoped
public class PublishedPage {
  private static final Duration AGAIN = Duration.ofSeconds(10);

  /**
   * @param chains PEM by the leaf's SHA-256
   */
  public record Content(PublishedInformation information, Map<String, String> chains) {}

  private record Snapshot(long changes, Content content) {}

  private final OwnTlsHistory history;
  private final DirectoryReader<DirectoryInForce> directory;
  private final DefaultAnchors anchors;
  private final PublishedSettings settings;
  private final InstantSource clock;
  private @Nullable Snapshot last;

  PublishedPage(
      OwnTlsReader own,
      DirectoryReader<DirectoryInForce> directory,
      DefaultAnchors anchors,
      PublishedSettings settings,
      InstantSource clock) {
    this.history = own.history();
    this.directory = directory;
    this.anchors = anchors;
    this.settings = settings;
    this.clock = clock;
  }

  /** Empty while it has never been read to its end. */
  public synchronized Optional<Content> content() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    long changes = history.changes();
    Snapshot known = last;
    // The directory's reader is the one that knows whether the log answers.
    boolean logAnswers = directory.current().isPresent();
    if (known != null
        && (!logAnswers
            || known.changes() == changes
                && now.isBefore(known.content().information().at().plus(AGAIN)))) {
      return Optional.of(known.content());
    }
    Optional<Content> fresh = history.certificates(now).map(all -> content(all, now));
    fresh.ifPresent(content -> last = new Snapshot(changes, content));
    return fresh.or(() -> Optional.ofNullable(last).map(Snapshot::content));
  }

  private Content content(List<PublishedCertificate> all, Instant now) {
    List<PublishedCertificate> shown =
        all.stream()
            .filter(c -> settings.clientCertificates() || c.use().equals("server"))
            .map(c -> c.forStrangers(RootOf.chain(c.chain(), anchors.current()).name()))
            .toList();
    Map<String, String> chains = new HashMap<>();
    // The current one's chain before one that was presented with the same leaf.
    shown.forEach(c -> chains.putIfAbsent(c.certificate().sha256(), c.pemText()));
    return new Content(
        new PublishedInformation(now, PublishedInformation.NOTE, shown, history.capabilities(now)),
        chains);
  }
}
