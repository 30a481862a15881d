package io.postern.certificate.published;

import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** The reader of {@code certificate.own} into the history; started when the topics are there. */
@ApplicationScoped
public class OwnTlsReader {
  private final OwnTlsHistory history = new OwnTlsHistory();
  private final TopicFollower follower;

  OwnTlsReader(LogSettings log) {
    follower = new TopicFollower(log, Topics.CERTIFICATE_OWN, history);
  }

  void start(@Observes TopicsVerified ready) {
    follower.start();
  }

  void stop(@Observes ShutdownEvent event) {
    follower.close();
  }

  public OwnTlsHistory history() {
    return history;
  }
}
