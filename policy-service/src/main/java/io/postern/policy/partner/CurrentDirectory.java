package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.log.directory.DirectoryReader;
import io.postern.rules.Directory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The directory as this package's calls need it. Any thread. */
@Singleton
class CurrentDirectory {
  private static final Duration SEEN = Duration.ofSeconds(2);

  private final DirectoryReader<Directory> reader;

  CurrentDirectory(DirectoryReader<Directory> reader) {
    this.reader = reader;
  }

  /**
   * @throws ProblemException 503: it is not read to its end
   */
  Directory get() {
    return reader
        .awaitCurrent()
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(
                        503,
                        "The directory is not available",
                        "The directory is not completely read, or Kafka is unavailable: try again.")));
  }

  /**
   * The same for a request that was made for a version of it, where nobody has changed the
   * organization since.
   *
   * @param ifMatch the version, in quotes or not; null or *: any
   * @throws ProblemException 412: somebody has; 400: it is no version
   */
  Directory unchanged(String organization, @Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.strip().equals("*")) {
      return get();
    }
    long seen = version(ifMatch.strip());
    // One that does not come is of a directory that was lost.
    boolean isThere = reader.awaitVersion(seen, SEEN);
    Directory now = get();
    // Asked after the directory was read: it may be newer, never older.
    if (!isThere || reader.changed(List.of(organization)) > seen) {
      throw new ProblemException(
          Problem.of(
              412,
              "Changed in the meantime",
              "The organization has been changed since you read it, and nothing was done: read it "
                  + "again."));
    }
    return now;
  }

  private static long version(String tag) {
    String version = tag.replaceFirst("^\"(.*)\"$", "$1");
    if (!version.matches("[0-9]{1,18}|-1")) {
      throw ProblemException.badRequest(
          "If-Match",
          "it is not a version of the directory",
          "write \"seen\" of the previous response");
    }
    return Math.max(0, Long.parseLong(version));
  }

  /**
   * @throws ProblemException 404
   */
  Directory of(String organization) {
    Directory directory = get();
    if (directory.organization(organization).isEmpty()) {
      throw ProblemException.notFound("organization " + organization);
    }
    return directory;
  }

  /**
   * @throws ProblemException 404
   */
  OutboundConnector outbound(String organization, String name) {
    return of(organization)
        .object("outbound-connector/" + organization + "/" + name)
        .map(DirectoryObject::getOutboundConnector)
        .orElseThrow(() -> ProblemException.notFound("outbound connector " + name));
  }

  /**
   * @throws ProblemException 404
   */
  InboundConnector inbound(String organization, String name) {
    return of(organization)
        .inboundConnector(organization, name)
        .orElseThrow(() -> ProblemException.notFound("inbound connector " + name));
  }
}
