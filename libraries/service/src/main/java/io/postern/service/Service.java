package io.postern.service;

import io.postern.log.reading.ConsumerThread;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * One service, as its frame knows it (docs/design/architecture.md, "Adding a service"). Each
 * process has one bean of this type, a {@code @Singleton}.
 *
 * <p>The frame makes it before anything connects or listens: its constructor, and those of its
 * parts, check the settings ({@link CheckedSettings}) and connect to nothing. It begins at Quarkus'
 * {@code StartupEvent}, reads and writes the log from {@link TopicsVerified} on, and ends at {@code
 * ShutdownEvent}. Any thread asks the methods; they are quick, and ask nobody.
 */
public interface Service {
  /** Of its health checks. */
  String name();

  /**
   * It can do its work. The frame itself adds that the topics are verified.
   *
   * @param answer takes the facts that show an operator why it cannot
   */
  boolean ready(HealthCheckResponseBuilder answer);

  /**
   * Whether it begins only on a log that does not grow: it is a member of a group that reads mail,
   * which the growth has to find without members (docs/design/the-log.md).
   */
  default boolean waitsForGrowth() {
    return false;
  }

  /**
   * False when only a restart helps: an error has ended a thread. A log that is away is none. The
   * frame itself adds the readers of the log ({@link ConsumerThread#fallen}).
   */
  default boolean alive() {
    return true;
  }
}
