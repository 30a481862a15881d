package io.postern.policy.directory;

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

/** The directory as calls of the API need it. Any thread. */
@Singleton
public class CurrentDirectory {
  private static final Duration SEEN = Duration.ofSeconds(2);

  private final DirectoryReader<Directory> reader;

  CurrentDirectory(DirectoryReader<Directory> reader) {
    this.reader = reader;
  }

  /**
   * @throws ProblemException 503: it is not read to its end
   */
  public Directory get() {
    return reader
        .awaitCurrent()
        .orElseThrow(
            () ->
                ProblemException.unavailable(
                    "The directory is not completely read, or Kafka is unavailable: try again."));
  }

  /**
   * The same for a caller that has seen this version of it, at this replica or another.
   *
   * @param seen -1: any
   * @throws ProblemException 412: the version never comes, since it was of a directory that was
   *     lost; 503
   */
  public Directory atLeast(long seen) {
    if (!reader.awaitVersion(seen, SEEN)) {
      get();
      throw changed();
    }
    return get();
  }

  /**
   * Passes where nobody has changed an organization since this version.
   *
   * @param seen -1: any
   * @throws ProblemException 412: somebody has
   */
  public Directory unchanged(String organization, long seen) {
    Directory now = atLeast(seen);
    // Asked after the directory was read: it may be newer, never older.
    if (seen >= 0 && reader.changed(List.of(organization)) > seen) {
      throw changed();
    }
    return now;
  }

  private static ProblemException changed() {
    return new ProblemException(
        Problem.of(
            412,
            "Changed in the meantime",
            "It has been changed since you read it, and nothing was done: read it again, and repeat "
                + "the change."));
  }

  /**
   * @throws ProblemException 404
   */
  public Directory of(String organization) {
    Directory directory = get();
    if (directory.organization(organization).isEmpty()) {
      throw ProblemException.notFound("organization " + organization);
    }
    return directory;
  }

  /**
   * @throws ProblemException 404
   */
  public OutboundConnector outbound(String organization, String name) {
    return of(organization)
        .object("outbound-connector/" + organization + "/" + name)
        .map(DirectoryObject::getOutboundConnector)
        .orElseThrow(() -> ProblemException.notFound("outbound connector " + name));
  }

  /**
   * @throws ProblemException 404
   */
  public InboundConnector inbound(String organization, String name) {
    return of(organization)
        .inboundConnector(organization, name)
        .orElseThrow(() -> ProblemException.notFound("inbound connector " + name));
  }
}
