package io.postern.stack;

import io.postern.stack.process.ManagedProcess;

/**
 * One of the processes of a service.
 *
 * @param number from 1
 * @param httpPort health and metrics, of policy-service the API too
 * @param smtpPort of ingress-service, else 0
 */
public record Replica(
    Service service, int number, int httpPort, int smtpPort, ManagedProcess process) {
  /** {@code delivery-service}, {@code delivery-service-2}, ... */
  public String name() {
    return name(service, number);
  }

  static String name(Service service, int number) {
    return number == 1 ? service.module() : service.module() + "-" + number;
  }
}
