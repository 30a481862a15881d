package io.postern.certificate.topics;

import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.postern.service.TopicsVerified;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The topics that beans follow, by two readers: what may have 100,000 records to read after a start
 * delays nothing else. They begin when the topics are there.
 */
@Singleton
public class FollowedTopics {
  /** A bean that follows topics. */
  public interface User {
    /** Before the readers begin. */
    void follow(FollowedTopics topics);
  }

  private final List<User> users;
  private final TopicFollower state;
  private final TopicFollower traffic;

  public FollowedTopics(LogSettings log, @All List<User> users) {
    this.users = users;
    state = new TopicFollower(log, "state");
    traffic = new TopicFollower(log, "traffic");
  }

  /** What the service itself and others have announced: verdicts, policies, staples, notices. */
  public TopicFollower state() {
    return state;
  }

  /** What mail left: chains, handshakes, hosts. */
  public TopicFollower traffic() {
    return traffic;
  }

  public void start(@Observes TopicsVerified ready) {
    users.forEach(user -> user.follow(this));
    state.start();
    traffic.start();
  }

  public void stop(@Observes ShutdownEvent event) {
    state.close();
    traffic.close();
  }
}
