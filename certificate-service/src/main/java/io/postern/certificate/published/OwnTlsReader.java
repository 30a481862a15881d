package io.postern.certificate.published;

import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Topics;
import jakarta.enterprise.context.ApplicationScoped;

/** The reader of {@code certificate.own} into the history. */
@ApplicationScoped
public class OwnTlsReader implements FollowedTopics.User {
  private final OwnTlsHistory history = new OwnTlsHistory();

  @Override
  public void follow(FollowedTopics topics) {
    topics.state().follow(Topics.CERTIFICATE_OWN, history);
  }

  public OwnTlsHistory history() {
    return history;
  }
}
