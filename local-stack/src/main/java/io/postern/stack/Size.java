package io.postern.stack;

import io.postern.lab.BrokerSettings;
import java.util.List;

/** How much machine the processes of a stack get. */
public enum Size {
  /** Quick to start, little memory: a developer's machine, and the tests. */
  SMALL(StackOptions.SMALL_JVM, BrokerSettings.small()),
  /** Warms up for some minutes, then does the most with its CPU: a server, and measurements. */
  SERVER(StackOptions.SERVER_JVM, BrokerSettings.server());

  private final List<String> services;
  private final BrokerSettings broker;

  Size(List<String> services, BrokerSettings broker) {
    this.services = services;
    this.broker = broker;
  }

  /** Flags of each service's JVM. */
  public List<String> services() {
    return services;
  }

  public BrokerSettings broker() {
    return broker;
  }
}
