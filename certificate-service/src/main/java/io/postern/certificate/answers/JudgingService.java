package io.postern.certificate.answers;

import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.dns.OwnRecordsWatch;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.log.LogClock;
import io.postern.log.directory.DirectoryReader;
import io.postern.service.Service;
import io.postern.service.TopicsVerified;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * The service. Ready: topics as declared, directory read to its end and its reader not silent, a
 * share of the questions assigned. Alive as long as it answers.
 */
@Singleton
public class JudgingService implements Service {
  private final DirectoryReader<DirectoryInForce> directory;
  private final AnchorStore anchors;
  private final Publisher publisher;
  private final Assignment assignment;
  private final LogClock logClock;
  private final InstantSource clock;
  private final OwnRecordsWatch records;

  /**
   * @param lists made with the service, since their folder is a checked setting
   */
  JudgingService(
      DirectoryReader<DirectoryInForce> directory,
      AnchorStore anchors,
      CrlStore lists,
      Publisher publisher,
      @Identifier("requests-assignment") Assignment assignment,
      LogClock logClock,
      InstantSource clock,
      OwnRecordsWatch records) {
    this.directory = directory;
    this.anchors = anchors;
    this.publisher = publisher;
    this.assignment = assignment;
    this.logClock = logClock;
    this.clock = clock;
    this.records = records;
  }

  void begin(@Observes TopicsVerified topics) {
    directory.start();
    // Now and not earlier: there was no topic.
    publisher.announce(anchors.announcement());
  }

  @Override
  public String name() {
    return "judging";
  }

  @Override
  public boolean ready(HealthCheckResponseBuilder answer) {
    boolean current = directory.current().isPresent();
    boolean assigned = assignment.assigned();
    answer
        .withData("directory-current", current)
        .withData("assigned", assigned)
        .withData("own records refused", records.last().refused())
        .withData("Kafka clock ahead by ms", logClock.millis() - clock.millis());
    if (!current) {
      answer.withData("directory", directory.notInForce());
    }
    return current && assigned;
  }
}
