package io.postern.stack;

import io.postern.stack.process.ManagedProcess;

/**
 * One of the processes of a service.
 *
 * @param number from 1
 * @param apiPort 0: it has no API
 * @param managementPort health and metrics
 * @param smtpPort of ingress-service, else 0
 * @param elsewhere another program runs it: its process here never starts
 */
public record Replica(
    Service service,
    int number,
    int apiPort,
    int managementPort,
    int smtpPort,
    boolean elsewhere,
    ManagedProcess process) {
  /** {@code delivery-service}, {@code delivery-service-2}, ... */
  public String name() {
    return name(service, number);
  }

  public static String name(Service service, int number) {
    return number == 1 ? service.module() : service.module() + "-" + number;
  }
}
